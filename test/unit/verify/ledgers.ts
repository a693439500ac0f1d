// Ledgers of chance: running and finished, with decisions, purges, epochs that begin after a loss, and keys that change.
import { type Random, randomFrom } from '../../support/random.ts';
import {
  bytesOf,
  makeKey,
  makeRecord,
  type RefCheckpoint,
  type RefLedger,
  type RefRecord,
  type SigningKey,
} from './reference-bundle.ts';

export const KEY = makeKey();
export const NEXT_KEY = makeKey('tollgate-2');
export const STRANGER = makeKey('tollgate');
export const KEYS = [KEY.vkey, NEXT_KEY.vkey];

export interface Wanted {
  readonly status?: string;
  readonly records?: number;
  readonly hasEpochs?: boolean;
  readonly isPurged?: boolean;
}

/** A ledger as an honest server would export it. */
export function ledgerOf(seed: number, wanted: Wanted = {}): RefLedger {
  const random = randomFrom(seed);
  const status = wanted.status ?? (random(2) === 0 ? 'running' : 'ok');
  const count = wanted.records ?? 1 + random(24);
  const hasEpochs = wanted.hasEpochs ?? random(4) === 0;
  const isPurged = wanted.isPurged ?? (status !== 'running' && random(4) === 0);
  const records: RefRecord[] = [];
  const checkpoints: RefCheckpoint[] = [];
  let epoch = 0;
  const append = (type: string, data: object) =>
    records.push(makeRecord({ sequence: records.length + 1, type, data }, random));
  const checkpoint = (key: SigningKey) => checkpoints.push({ epoch, size: records.length, key });

  while (records.length < count) {
    if (hasEpochs && records.length > 0 && random(8) === 0) {
      // What the store lost had been signed, so that its checkpoint says more than the records that are left.
      const lost = Array.from({ length: 1 + random(3) }, (_, index) =>
        makeRecord({ sequence: records.length + 1 + index, type: 'STEP', data: { text: `lost ${index}` } }, random),
      );
      const leaves = [...records, ...lost].map(({ leaf }) => leaf);
      if (random(2) === 0)
        checkpoints.push({ epoch, size: leaves.length, leaves, isLost: true, key: KEY, isFinal: random(3) === 0 });
      // The record of an epoch may itself be lost, so that the next one's number is not the next number.
      epoch += 1 + (random(3) === 0 ? 1 : 0);
      append('tollgate.epoch', { epoch, lost_changes: lost.length });
    } else if (random(4) === 0) append('tollgate.decision', decision(random));
    else
      append(['STEP', 'TOOL_CALL', 'custom.note'][random(3)]!, {
        text: texts[random(texts.length)]!,
        n: random(1_000),
      });
    if (random(5) === 0) checkpoint(KEY);
  }
  if (isPurged) append('tollgate.purge', { first: 1, last: records.length });
  if (checkpoints.at(-1)?.size !== records.length || checkpoints.at(-1)?.epoch !== epoch)
    checkpoint(random(3) === 0 ? NEXT_KEY : KEY);
  const gone = isPurged ? records.length - 1 - (random(2) === 0 ? random(records.length) : 0) : 0;
  return {
    runId: `01990000-0000-7000-8000-${bytesOf(random, 6).toString('hex')}`,
    status,
    records: records.map((record, index) => (index < gone ? { ...record, salt: null, payload: null } : record)),
    checkpoints,
    key: KEY,
    textsSalt: bytesOf(random, 16),
    hasTexts: !isPurged,
  };
}

const texts = ['hello', '', 'Ünïcödé – € 𝄞', 'line\nbreak "quoted" \\ \u2028', '{"a":[1,2,{"b":null}]}', '\ufffd'];

function decision(random: Random): object {
  const effect = ['ALLOW', 'DENY'][random(2)];
  return {
    decision_id: `01990000-0000-7000-8000-${bytesOf(random, 6).toString('hex')}`,
    rpc: 'Authorize',
    effect,
    reason: effect === 'ALLOW' ? 'CHARGED' : 'BUDGET_EXHAUSTED',
    at: 1_790_000_000_000 + random(100_000),
  };
}
