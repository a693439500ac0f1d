// npm run redaction:report: the ordinary lines that redaction changes, each with what it leaves, the rate, and the table of forms.
import { redact } from '../../dist/core/redaction/redact.js';
import { corpus } from './corpus.mjs';
import { falsePositives, rates } from './false-positives.mjs';

const lines = corpus();
const misses = falsePositives(lines, redact);
for (const { kind, text, left } of misses) print(`${kind}\n  - ${text}\n  + ${left}`);
print(`\nFalse positives\n\n${rates(lines, misses)}`);

const forms = await import('./forms.mjs').catch((error) => {
  if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
  throw error;
});
if (forms) print(`\nForms\n\n${await forms.formsTable(redact)}`);

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}
