// Page tokens: a place in a list, opaque to clients. A token only ever moves a reader; it grants nothing.
import { LIMITS } from '../../core/limits.ts';
import { isOwnId } from '../../core/partition.ts';
import type { Position } from '../../state/port/position.ts';
import type { Fields } from './fields.ts';

export function pageTokenOf(position: Position | undefined): string {
  if (!position) return '';
  return Buffer.from(`${position.atMs}/${position.id}`).toString('base64url');
}

/** The place that a request's `page_token` names; an empty token starts at the beginning, like an absent one. */
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
