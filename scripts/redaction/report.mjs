// npm run redaction:report: the ordinary lines that redaction changes, each with what it leaves, the rate, and the table of forms. Fails
// if a form is not found.
import { redact } from '../../dist/core/redaction/redact.js';
import { corpus } from './corpus.mjs';
import { falsePositives, rates } from './false-positives.mjs';
import { reportForms } from './forms.mjs';

const lines = corpus();
const misses = falsePositives(lines, redact);
for (const { kind, text, left } of misses) print(`${kind}\n  - ${text}\n  + ${left}`);
print(`\nFalse positives\n\n${rates(lines, misses)}`);

print('\nForms\n');
if (reportForms(print) > 0) process.exitCode = 1;

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}
