// Callers for a server under test: one for each role, known by a token.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';

export const ROLES = ['runner', 'controller', 'auditor', 'admin'] as const;
export type RoleName = (typeof ROLES)[number];

export interface TestCallers {
  readonly file: string;
  readonly tokens: Readonly<Record<RoleName, string>>;
}

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function hashOf(token: string): string {
  return `sha256:${createHash('sha256').update(token).digest('hex')}`;
}

export function bearer(token: string): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

/** Writes a callers file with a caller for each role. */
export function makeCallers(): TestCallers {
  const file = join(mkdtempSync(join(tmpdir(), 'tollgate-callers-')), 'callers.yaml');
  const tokens = Object.fromEntries(ROLES.map((role) => [role, newToken()])) as Record<RoleName, string>;
  writeCallers(
    file,
    ROLES.map((role) => ({ name: role, role, tokens: [hashOf(tokens[role])] })),
  );
  return { file, tokens };
}

export function writeCallers(file: string, callers: readonly object[]): void {
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ callers }));
}
