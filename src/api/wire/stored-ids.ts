// Ids that are stored as they were sent, since by them things are found. Nothing can be taken out of one, so one that is a
// credential is refused.
import { scannerOf } from '../../core/redaction/scanner.ts';
import type { Pdp } from '../../pdp/pdp.ts';
import type { Fields } from './fields.ts';

/** Refuses each of these fields that looks like a credential, or holds what the operator knows to be one. */
export function refuseCredentials<M extends object>(
  fields: Fields<M>,
  pdp: Pdp,
  names: readonly Parameters<Fields<M>['strings']>[0][],
): void {
  const { name: scan } = scannerOf(pdp.redaction());
  for (const name of names) {
    if (fields.strings(name).some((text) => scan(text).redactions.length > 0)) {
      fields.refuse(name, 'looks like a credential; ids are stored as they are');
    }
  }
}
