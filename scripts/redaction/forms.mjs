// Prints for each form of credential: its issuer, its rule, and whether its made-up example is found and its near miss left alone.

import { findCredentials } from '../../dist/core/redaction/credentials/credentials.js';
import { CREDENTIAL_FORMS } from '../../dist/core/redaction/credentials/forms/index.js';

/** Prints the table and says how many rows fail. */
export function reportForms(print = console.log) {
  let failed = 0;
  for (const { issuer, rule, starts, example, nearMiss } of CREDENTIAL_FORMS) {
    const isFound = findCredentials(example).length > 0;
    const isLeft = findCredentials(nearMiss).length === 0;
    if (!isFound || !isLeft) failed += 1;
    const columns = [issuer.padEnd(56), rule.padEnd(28), `found: ${isFound ? 'yes' : 'NO'}`.padEnd(11)];
    print([...columns, `near miss: ${isLeft ? 'left' : 'TAKEN'}`, starts.join(' ')].join('  '));
  }
  const issuers = new Set(CREDENTIAL_FORMS.map(({ issuer }) => issuer.split(',')[0]));
  print(`${CREDENTIAL_FORMS.length} forms of ${issuers.size} issuers and standards, ${failed} not as they should be`);
  return failed;
}
