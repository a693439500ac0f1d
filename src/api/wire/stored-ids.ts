// Ids are stored unchanged, because records are found by them. An id cannot be redacted, so an id that looks like a credential
// is refused.
import { scannerOf } from '../../core/redaction/scanner.ts';
import type { Pdp } from '../../pdp/pdp.ts';
import type { Fields } from './fields.ts';

/** Refuses each of these fields that a built-in rule or an operator's rule takes for a credential. */
export function refuseCredentials<M extends object>(
  fields: Fields<M>,
  pdp: Pdp,
  names: readonly Parameters<Fields<M>['strings']>[0][],
): void {
  const { name: scan } = scannerOf(pdp.redaction());
  for (const name of names) {
    if (fields.strings(name).some((text) => scan(text).redactions.length > 0)) {
      fields.refuse(name, 'looks like a credential; ids are stored unredacted');
    }
  }
}
