// Prints what redaction finds and what it takes that is no secret. Fails if a row is not as it should be.
import { reportForms } from './redaction/forms.mjs';

const failed = reportForms();
process.exit(failed > 0 ? 1 : 0);
