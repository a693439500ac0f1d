// AuditService's part about proofs: verification, checkpoints, exports, keys, and purges that keep the proof.
import { exportRun } from '../../pdp/export-run.ts';
import { getCheckpoint, proveConsistency, proveInclusion, verifyRun } from '../../pdp/proofs.ts';
import { purgePayloads } from '../../pdp/purge-payloads.ts';
import { recordedPurge } from '../../pdp/recorded-purge.ts';
import { secondsAndNanos } from '../encode.ts';
import { idempotencyKeyFrom } from '../rules.ts';
import type { Operation, StreamingOperation } from '../unary.ts';

const SIZE = { min: 0, max: Number.MAX_SAFE_INTEGER };
const SEQUENCE = { min: 1, max: Number.MAX_SAFE_INTEGER };
const GIVEN_MAX = 8;
const NOTE = { bytesMax: 4_096, kind: 'text' } as const;

export function ledgerQueries(): Record<string, Operation> {
  return {
    VerifyRun: async (fields, pdp) => {
      const runId = fields.requiredId('run_id');
      const given = fields.texts('checkpoints', GIVEN_MAX, NOTE);
      fields.check();
      const report = await verifyRun(pdp, runId, given);
      return {
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
      };
    },
    GetCheckpoint: async (fields, pdp) => {
      const runId = fields.requiredId('run_id');
      fields.check();
      const { note, size, root, epoch, atMs } = await getCheckpoint(pdp, runId);
      return { checkpoint: note, tree_size: size, root_hash: root, epoch, signed_at: secondsAndNanos(atMs) };
    },
    GetInclusionProof: async (fields, pdp) => {
      const runId = fields.requiredId('run_id');
      const sequence = fields.integer('sequence', SEQUENCE);
      if (sequence === undefined) fields.refuse('sequence', 'is required');
      const size = fields.integer('tree_size', SEQUENCE);
      fields.check();
      const proof = await proveInclusion(pdp, runId, { sequence: sequence ?? 1, size });
      return { leaf_hash: proof.leafHash, proof: proof.hashes, tree_size: proof.size, root_hash: proof.root };
    },
    GetConsistencyProof: async (fields, pdp) => {
      const runId = fields.requiredId('run_id');
      const from = fields.integer('from_size', SIZE);
      if (from === undefined) fields.refuse('from_size', 'is required');
      const size = fields.integer('to_size', SIZE);
      fields.check();
      const proof = await proveConsistency(pdp, runId, { from: from ?? 0, size });
      return {
        proof: proof.hashes,
        from_root_hash: proof.rootBefore,
        to_size: proof.size,
        to_root_hash: proof.root,
      };
    },
    GetLedgerKeys: (fields, pdp) => {
      fields.check();
      const { key } = pdp.ledger;
      return key ? { keys: key.verifierKeys, signing_key: key.verifierKey } : { keys: [] };
    },
    PurgePayloads: async (fields, pdp) => {
      const runId = fields.requiredId('run_id');
      idempotencyKeyFrom(fields);
      fields.check();
      const asked = { rpc: 'PurgePayloads', runId, keepsProof: true } as const;
      const last = await recordedPurge(pdp, asked, async (onRemoved) => {
        onRemoved(await purgePayloads(pdp, runId, pdp.asker.caller));
      });
      return last > 0 ? { purged: { first: 1, last } } : {};
    },
  };
}

export function ledgerStreams(): Record<string, StreamingOperation> {
  return {
    ExportRun: async function* (fields, pdp) {
      const runId = fields.requiredId('run_id');
      fields.check();
      for await (const line of exportRun(pdp, runId)) yield { line };
    },
  };
}
