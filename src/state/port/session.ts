// Sessions.
import type { Session, SessionRecord } from '../../core/session/session.ts';
import type { RecordOf } from './decision.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { Position } from './position.ts';

export type NewSession = Omit<Session, 'createdAtMs'>;

export type CreateSessionResult =
  | { readonly kind: 'created'; readonly record: SessionRecord; readonly now: number }
  /** The key created this session before; the record is gone if the session is. */
  | { readonly kind: 'replayed'; readonly record: SessionRecord | undefined; readonly now: number }
  | { readonly kind: 'too_many_sessions' | 'agent_deactivated' | 'key_reused' };

export type CloseSessionResult =
  | { readonly kind: 'closed' | 'replayed'; readonly record: SessionRecord; readonly now: number }
  | { readonly kind: 'unknown' | 'already_closed' | 'key_reused' };

export interface Sessions {
  /** @param recordOf  the record of the creation, by the id that the session has got; stored in the step that opens it */
  createSession(
    session: NewSession,
    maxLive: number,
    operation: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): Promise<CreateSessionResult>;
  /** A session that ended longer ago than the retention is not found. */
  readSession(sessionId: string): Promise<{ record: SessionRecord | undefined; now: number }>;
  /** @param recordOf  the record of the close; stored in the step that closes it */
  closeSession(
    sessionId: string,
    operation: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): Promise<CloseSessionResult>;
  /** Sessions of one partition by creation time, newest first. */
  pageSessions(page: {
    partition: number;
    after?: Position;
    limit: number;
  }): Promise<{ records: SessionRecord[]; now: number }>;
  /**
   * Removes closed and expired sessions that ended at least `endedForMs` ago; with it whatever else has outlived its
   * use in this partition. Bounded by `limit` per call.
   *
   * @returns how many sessions were removed; fewer than `limit` means that none are left
   */
  removeEndedSessions(sweep: { partition: number; endedForMs: number; limit: number }): Promise<number>;
}
