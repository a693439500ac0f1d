// What an auditor asks about the policies that decisions were made under.

import { Failure } from '../../core/failure.ts';
import type { CallContext } from '../call-context.ts';
import type { KeptPolicy } from './policy-journal.ts';

/** @throws Failure not_found where no policy of this revision is kept */
export async function getPolicy(context: CallContext, revision: string): Promise<KeptPolicy & { isInForce: boolean }> {
  // The one in force is there even where nothing has been decided under it yet.
  if (context.pdp.policies.isDue()) await context.pdp.policies.keep(context.state);
  const kept = await context.state.readPolicy(revision);
  if (!kept) throw new Failure('not_found', 'no policy of this revision is kept', { subject: 'policy' });
  return { ...kept, revision, isInForce: context.pdp.policy().revision === revision };
}
