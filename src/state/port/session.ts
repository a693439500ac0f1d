// Sessions: creation, reading, closing, listing and removal.
import type { Session, SessionRecord } from '../../core/session/session.ts';
import type { RecordOf } from './decision.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { Position } from './position.ts';

export type NewSession = Omit<Session, 'createdAtMs'>;

export type CreateSessionResult =
  | { readonly kind: 'created'; readonly record: SessionRecord; readonly now: number }
  /** An earlier request with the key created this session; `record` is undefined if the session is gone. */
  | { readonly kind: 'replayed'; readonly record: SessionRecord | undefined; readonly now: number }
  | { readonly kind: 'too_many_sessions' | 'agent_deactivated' | 'key_reused' };

export type CloseSessionResult =
  | { readonly kind: 'closed' | 'replayed'; readonly record: SessionRecord; readonly now: number }
  | { readonly kind: 'unknown' | 'already_closed' | 'key_reused' };

export interface Sessions {
  /** @param recordOf  the record of the creation, by the id of the new session; stored in the step that creates it */
  createSession(
    session: NewSession,
    maxLive: number,
    idempotencyKey: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): Promise<CreateSessionResult>;
  /** A session that ended longer ago than the retention is not found. */
  readSession(sessionId: string): Promise<{ record: SessionRecord | undefined; now: number }>;
  /** @param recordOf  the record of the close; stored in the step that closes the session */
  closeSession(
    sessionId: string,
    idempotencyKey: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): Promise<CloseSessionResult>;
  /** Lists the sessions of one partition by creation time, newest first. */
  pageSessions(page: {
    partition: number;
    after?: Position;
    limit: number;
  }): Promise<{ records: SessionRecord[]; now: number }>;
  /**
   * Removes closed and expired sessions that ended at least `endedForMs` ago, and other outdated data of the partition. One
   * call removes at most `limit` sessions.
   *
   * @returns how many sessions were removed; fewer than `limit` means that none are left
   */
  removeEndedSessions(sweep: { partition: number; endedForMs: number; limit: number }): Promise<number>;
}
