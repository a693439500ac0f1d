// Writes bundles as docs/ledger.md has them, from that text alone: no code of the server or of the verifier takes part, so
// that what both get wrong is not wrong here as well.
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Random } from '../../support/random.ts';
import { auditPath, consistencyProof, treeHash } from './reference-tree.ts';

const sha256 = (...parts: readonly (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export interface SigningKey {
  readonly name: string;
  readonly id: Buffer;
  readonly vkey: string;
  readonly privateKey: KeyObject;
}

export function makeKey(name = 'tollgate'): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.concat([Buffer.of(1), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = sha256(`${name}\n`, raw).subarray(0, 4);
  return { name, id, vkey: `${name}+${id.toString('hex')}+${raw.toString('base64')}`, privateKey };
}

/** A record with everything that its bundle line is made of. */
export interface RefRecord {
  readonly sequence: number;
  readonly type: string;
  readonly leaf: Buffer;
  readonly salt: Buffer | null;
  readonly payload: string | null;
}

export function makeRecord(
  { sequence, type, data }: { sequence: number; type: string; data: object },
  random: Random,
): RefRecord {
  const salt = bytesOf(random, 16);
  const payload = JSON.stringify({ data });
  const head = Buffer.alloc(26);
  head[0] = 2;
  head.writeBigUInt64BE(BigInt(sequence), 1);
  head.writeBigUInt64BE(BigInt(1_790_000_000_000 + sequence), 9);
  head.writeBigUInt64BE(BigInt(1_790_000_000_000 + sequence - random(50)), 17);
  head[25] = Buffer.byteLength(type);
  return { sequence, type, leaf: Buffer.concat([head, Buffer.from(type), sha256(salt, payload)]), salt, payload };
}

export interface RefCheckpoint {
  readonly epoch: number;
  readonly size: number;
  /** Of the tree that is signed; that of the ledger unless said otherwise. */
  readonly leaves?: readonly Buffer[];
  /** The store has lost what it signs beyond the record that ends its epoch. */
  readonly isLost?: boolean;
  readonly key?: SigningKey;
  readonly timeMs?: number;
  /** Signs how the run finished; the last one of a finished run does in any case. */
  readonly isFinal?: boolean;
}

export interface RefLedger {
  readonly runId: string;
  readonly status: string;
  readonly records: readonly RefRecord[];
  readonly checkpoints: readonly RefCheckpoint[];
  readonly key: SigningKey;
  readonly textsSalt: Buffer;
  /** False once they were purged. */
  readonly hasTexts?: boolean;
}

export const leavesOf = ({ records }: RefLedger) => records.map(({ leaf }) => leaf);

const TEXTS = JSON.stringify({ inputs: '{"topic":"storks"}', output: 'A report. – € 𝄞', error: null });

function runLineOf({ runId, status, textsSalt }: RefLedger): string {
  return JSON.stringify({
    run_id: runId,
    root_run_id: runId,
    parent_run_id: null,
    continuation_parent_run_id: null,
    skill_id: 'research',
    caller_id: 'telegram:42',
    caller_asserted: false,
    channel_id: null,
    session_id: null,
    status,
    started_at: 1_790_000_000_000,
    finished_at: 1_790_000_100_000,
    runtime_ms: null,
    tool_calls_count: 3,
    token_totals: { input: 10, output: 20, thinking: 0, cache_read: 0 },
    texts_sha256: sha256(textsSalt, TEXTS).toString('base64'),
  });
}

export function noteOf(ledger: RefLedger, checkpoint: RefCheckpoint, isFinal: boolean): string {
  const { epoch, size, leaves = leavesOf(ledger), key = ledger.key } = checkpoint;
  const text = [
    `tollgate/${ledger.runId}/${epoch}`,
    size,
    treeHash(leaves.slice(0, size)).toString('base64'),
    `time ${checkpoint.timeMs ?? 1_790_000_050_000 + size}`,
    'durability flushed',
    ...(isFinal ? [`run ${ledger.status} ${sha256(runLineOf(ledger)).toString('base64')}`] : []),
  ].join('\n');
  const signed = `${text}\n`;
  const signature = Buffer.concat([key.id, sign(null, Buffer.from(signed), key.privateKey)]);
  return `${signed}\n— ${key.name} ${signature.toString('base64')}\n`;
}

export function recordLine({ sequence, type, leaf, salt, payload }: RefRecord): string {
  const hash = sha256(Buffer.of(0), leaf).toString('base64');
  return JSON.stringify({
    sequence,
    type,
    leaf: leaf.toString('base64'),
    hash,
    salt: salt?.toString('base64') ?? null,
    payload,
  });
}

/** The notes of a ledger's checkpoints, the last of a finished run with its run line. */
export function notesOf(ledger: RefLedger): string[] {
  const final = ledger.status === 'running' ? -1 : ledger.checkpoints.length - 1;
  return ledger.checkpoints.map((checkpoint, index) =>
    noteOf(ledger, checkpoint, index === final || checkpoint.isFinal === true),
  );
}

export function bundleOf(ledger: RefLedger): string[] {
  const { runId, status, records, checkpoints, textsSalt } = ledger;
  const isFinished = status !== 'running';
  const leaves = leavesOf(ledger);
  const base64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));
  const keys = [...new Set(checkpoints.map(({ key = ledger.key }) => key.vkey))];
  const consistency = checkpoints.map(({ epoch, size, isLost, leaves: own = leaves }, index) => {
    const before = checkpoints[index - 1];
    return before?.epoch === epoch && before.size <= size && !isLost
      ? base64(consistencyProof(before.size, own.slice(0, size)))
      : [];
  });
  return [
    JSON.stringify({
      tollgate_bundle: 1,
      run_id: runId,
      status,
      run_line: isFinished ? runLineOf(ledger) : null,
      texts: isFinished && ledger.hasTexts !== false ? { salt: textsSalt.toString('base64'), json: TEXTS } : null,
      keys,
    }),
    ...records.map(recordLine),
    ...notesOf(ledger).map((note, index) => JSON.stringify({ checkpoint: note, consistency: consistency[index] })),
    ...(records.length > 0
      ? [
          JSON.stringify({
            inclusion: { sequence: records.length, proof: base64(auditPath(records.length - 1, leaves)) },
          }),
        ]
      : []),
    JSON.stringify({ end: { records: records.length, checkpoints: checkpoints.length } }),
  ];
}

export function bytesOf(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random(256)));
}
