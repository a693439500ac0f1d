// AuditService's part about proofs: verification, checkpoints, exports, keys, and purges that keep the proof.
import type * as wire from '../gen/tollgate.ts';
import { exportRun } from '../pdp/ledger/export-run.ts';
import { getCheckpoint, proveConsistency, proveInclusion, verifyRun } from '../pdp/ledger/proofs.ts';
import { purgePayloads } from '../pdp/ledger/purge-payloads.ts';
import { recordedPurge } from '../pdp/record/recorded-purge.ts';
import { ADMINS, AUDITORS, stream, unary } from './operation.ts';
import { runIdFrom } from './run.ts';
import { secondsAndNanos } from './wire/encode.ts';
import { idempotencyKeyFrom } from './wire/rules.ts';

const SIZE = { min: 0, max: Number.MAX_SAFE_INTEGER };
const SEQUENCE = { min: 1, max: Number.MAX_SAFE_INTEGER };
const GIVEN_MAX = 8;
const NOTE = { bytesMax: 4_096, kind: 'text' } as const;

const QUERY = {
  roles: AUDITORS,
  listener: 'management',
  size: 'request',
  lifetime: 'call',
  idempotency: 'none',
} as const;

export const LEDGER_OPERATIONS = [
  unary('VerifyRun', {
    ...QUERY,
    decode: (fields) => {
      const runId = fields.requiredId('run_id');
      const given = fields.texts('checkpoints', GIVEN_MAX, NOTE);
      fields.check();
      return { runId, given };
    },
    run: (context, { runId, given }) => verifyRun(context, runId, given),
    encode: (report): wire.VerifyRunResponse => ({
      ok: report.ok,
      faults: report.faults,
      tree_size: report.treeSize,
      root_hash: Buffer.from(report.rootHash, 'base64'),
      epoch: report.epoch,
      checkpoints: report.checkpoints,
      purged: report.purged,
      notes: report.notes,
      findings: report.findings,
      findings_total: report.findingsTotal,
    }),
  }),
  unary('GetCheckpoint', {
    ...QUERY,
    decode: runIdFrom,
    run: getCheckpoint,
    encode: ({ note, size, root, epoch, atMs }): wire.GetCheckpointResponse => ({
      checkpoint: note,
      tree_size: size,
      root_hash: root,
      epoch,
      signed_at: secondsAndNanos(atMs),
    }),
  }),
  unary('GetInclusionProof', {
    ...QUERY,
    decode: (fields) => {
      const runId = fields.requiredId('run_id');
      const sequence = fields.integer('sequence', SEQUENCE);
      if (sequence === undefined) fields.refuse('sequence', 'is required');
      const size = fields.integer('tree_size', SEQUENCE);
      fields.check();
      return { runId, sequence: sequence ?? 1, size };
    },
    run: (context, { runId, ...asked }) => proveInclusion(context, runId, asked),
    encode: (proof): wire.GetInclusionProofResponse => ({
      leaf_hash: proof.leafHash,
      proof: proof.hashes,
      tree_size: proof.size,
      root_hash: proof.root,
    }),
  }),
  unary('GetConsistencyProof', {
    ...QUERY,
    decode: (fields) => {
      const runId = fields.requiredId('run_id');
      const from = fields.integer('from_size', SIZE);
      if (from === undefined) fields.refuse('from_size', 'is required');
      const size = fields.integer('to_size', SIZE);
      fields.check();
      return { runId, from: from ?? 0, size };
    },
    run: (context, { runId, ...asked }) => proveConsistency(context, runId, asked),
    encode: (proof): wire.GetConsistencyProofResponse => ({
      proof: proof.hashes,
      from_root_hash: proof.rootBefore,
      to_size: proof.size,
      to_root_hash: proof.root,
    }),
  }),
  unary('GetLedgerKeys', {
    ...QUERY,
    decode: (fields) => fields.check(),
    run: ({ pdp }) => pdp.ledger.key,
    encode: (key): wire.GetLedgerKeysResponse =>
      key ? { keys: key.verifierKeys, signing_key: key.verifierKey } : { keys: [] },
  }),
  unary('PurgePayloads', {
    ...QUERY,
    roles: ADMINS,
    idempotency: 'natural',
    decode: (fields) => {
      idempotencyKeyFrom(fields);
      return runIdFrom(fields);
    },
    run: (context, runId) => {
      const asked = { rpc: 'PurgePayloads', runId, keepsProof: true } as const;
      return recordedPurge(context, asked, async (onRemoved) => {
        onRemoved(await purgePayloads(context, runId, context.caller.name));
      });
    },
    encode: (last): wire.PurgePayloadsResponse => (last > 0 ? { purged: { first: 1, last } } : {}),
  }),
  stream('ExportRun', {
    ...QUERY,
    decode: runIdFrom,
    run: exportRun,
    encode: (line): wire.ExportRunResponse => ({ line }),
  }),
];
