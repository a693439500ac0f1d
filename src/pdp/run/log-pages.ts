// A run's stored records in order, page by page. Nothing is held but a page, and others have their turn between two.
import { setImmediate as turn } from 'node:timers/promises';
import type { State } from '../../state/port/state.ts';

/** A record takes up to some 30 KB, and a page is read, decoded and hashed in one go. */
export const LOG_PAGE = 32;

/**
 * Records from `afterSequence + 1` to `upTo`, as they are stored. Ends early where the log does: what that means is for the
 * caller to say.
 */
export async function* logPages(
  state: State,
  runId: string,
  { afterSequence, upTo }: { afterSequence: number; upTo: number },
): AsyncGenerator<readonly Uint8Array[]> {
  for (let at = afterSequence; at < upTo; ) {
    const page = await state.readLog(runId, { afterSequence: at, limit: Math.min(LOG_PAGE, upTo - at) });
    if (page.length === 0) return;
    yield page;
    at += page.length;
    await turn();
  }
}
