// Page tokens: a position in a list, opaque to clients. A token grants no access.
import { LIMITS } from '../../core/limits.ts';
import { isOwnId } from '../../core/partition.ts';
import type { Position } from '../../state/port/position.ts';
import type { Fields } from './fields.ts';

export function pageTokenOf(position: Position | undefined): string {
  if (!position) return '';
  return Buffer.from(`${position.atMs}/${position.id}`).toString('base64url');
}

/** The position that a request's `page_token` names. An empty or absent token means the start of the list. */
export function positionFrom(fields: Fields<{ readonly page_token?: string | undefined }>): Position | undefined {
  const token = fields.text('page_token', { bytesMax: LIMITS.pageTokenBytesMax, kind: 'ascii', emptyAllowed: true });
  if (token === undefined || token === '') return undefined;
  const [time = '', id = ''] = Buffer.from(token, 'base64url').toString('latin1').split('/');
  if (!/^\d{1,15}$/.test(time) || !isOwnId(id)) {
    fields.refuse('page_token', 'is not a token of this server');
    return undefined;
  }
  return { atMs: Number(time), id };
}
