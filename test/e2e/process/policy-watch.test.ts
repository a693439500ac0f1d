// The policy file as it changes under a running server: a good one is in force within two seconds, a bad one never.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../support/clients.ts';
import { freePort } from '../../support/free-port.ts';
import { refusalOf } from '../../support/refusals.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, serverOf } from './servers.ts';

const PROMISE_MS = 2_000;
const LOOKS_MS = 1_600;

const policyFor = (admin: string) =>
  `platforms:\n  discord:\n    allow_admin_from: ["${admin}"]\n    group_allow_admin_from: ["${admin}"]\n`;

describe.concurrent('a policy file under a running server', () => {
  test('that changes is in force within two seconds, in decisions, in GetServerInfo and in the log', async (t) => {
    const server = await serverOf(t, { policy: policyFor('1') });
    const ask = async (): Promise<Answer> =>
      (await server.clients.decisions('CheckSlash', { platform: 'discord', command: '/stop', user_id: '2' })).decision;
    const before = await ask();
    expect(before.effect).toBe('EFFECT_DENY');

    writeFileSync(server.policyFile, policyFor('2'));
    const from = performance.now();
    const after = await eventually(async () => {
      const decision = await ask();
      return decision.policy_revision === before.policy_revision ? undefined : decision;
    });
    const tookMs = performance.now() - from;
    console.log(`a changed policy was in force after ${tookMs.toFixed(0)} ms, the promise is ${PROMISE_MS} ms`);
    expect(tookMs).toBeLessThan(10 * PROMISE_MS);
    expect(after.effect).toBe('EFFECT_ALLOW');
    const { policy } = await server.clients.server('GetServerInfo');
    expect(policy).toMatchObject({ revision: after.policy_revision, reloads: 1, reload_failures: 0 });
    const line = await eventually(() =>
      server.log.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'policy in force'),
    );
    expect(line).toMatchObject({ revision: after.policy_revision, previous: before.policy_revision });
  });

  test('that changes while the server still waits for its store is in force soon after', async (t) => {
    const folder = folderOf(t);
    const away = `redis://127.0.0.1:${await freePort()}`;
    const [server] = await Promise.all([
      serverOf(t, { folder, policy: policyFor('1'), store: away, isStoreAway: true }),
      // The policy is read first of all.
      eventually(() => existsSync(join(folder, 'data'))).then(() =>
        writeFileSync(join(folder, 'policy.yaml'), policyFor('2')),
      ),
    ]);
    const info = async () => (await server.clients.server('GetServerInfo')).policy;
    await eventually(async () => (await info()).reloads === 1);
    expect(server.process.exitCode).toBeNull();
  });

  test('that is renamed into place counts like one that is written', async (t) => {
    const server = await serverOf(t, { policy: policyFor('1') });
    const { policy } = await server.clients.server('GetServerInfo');
    const fresh = join(server.folder, 'fresh.yaml');
    writeFileSync(fresh, policyFor('2'));
    renameSync(fresh, server.policyFile);
    await eventually(async () => (await server.clients.server('GetServerInfo')).policy.revision !== policy.revision);
  });

  test('that becomes bad leaves the last good policy in force, says why, and recovers', async (t) => {
    const server = await serverOf(t, { policy: policyFor('1') });
    const info = async () => (await server.clients.server('GetServerInfo')).policy;
    const { revision } = await info();

    writeFileSync(server.policyFile, 'platforms: { discord: { allow_admin_from: [] } }');
    const failed = await eventually(async () => {
      const policy = await info();
      return policy.reload_failures > 0 ? policy : undefined;
    });
    expect(failed).toMatchObject({ revision, reloads: 0, reload_failures: 1 });
    expect(failed.last_error).toContain('allow_admin_from');
    const { decision } = await server.clients.decisions('CheckSlash', {
      platform: 'discord',
      command: '/stop',
      user_id: '1',
    });
    expect(decision).toMatchObject({ effect: 'EFFECT_ALLOW', policy_revision: revision });
    const line = await eventually(() =>
      server.log.map((text) => JSON.parse(text)).find(({ level }) => level === 'error'),
    );
    expect(line).toMatchObject({ msg: 'policy refused; the last good one stays in force', revision });
    expect(line.error.message).toContain('allow_admin_from');

    writeFileSync(server.policyFile, policyFor('2'));
    await eventually(async () => (await info()).revision !== revision);
    expect(await info()).not.toHaveProperty('last_error');
  });

  test('that goes away leaves the last good policy in force', async (t) => {
    const server = await serverOf(t, { policy: policyFor('1') });
    const { revision } = (await server.clients.server('GetServerInfo')).policy;
    rmSync(server.policyFile);
    await eventually(async () => (await server.clients.server('GetServerInfo')).policy.reload_failures > 0);
    expect((await server.clients.server('GetServerInfo')).policy.revision).toBe(revision);
    expect(server.process.exitCode).toBeNull();
  });

  test('that only gets a comment keeps its revision', async (t) => {
    const server = await serverOf(t, { policy: policyFor('1') });
    const { revision } = (await server.clients.server('GetServerInfo')).policy;
    writeFileSync(server.policyFile, `# new\n${policyFor('1')}`);
    await sleep(LOOKS_MS);
    expect((await server.clients.server('GetServerInfo')).policy).toMatchObject({ revision, reload_failures: 0 });
  });
});

describe.concurrent('ReloadPolicy', () => {
  test('reads the file at once, also where it is not watched', async (t) => {
    const server = await serverOf(t, { policy: policyFor('1'), args: ['--set', 'policy.watch=false'] });
    const { revision } = (await server.clients.server('GetServerInfo')).policy;
    writeFileSync(server.policyFile, policyFor('2'));
    await sleep(LOOKS_MS);
    expect((await server.clients.server('GetServerInfo')).policy.revision).toBe(revision);
    const { policy } = await server.clients.server('ReloadPolicy');
    expect(policy.revision).not.toBe(revision);
    expect((await server.clients.server('GetServerInfo')).policy).toEqual(policy);
  });

  test('of a bad file is FAILED_PRECONDITION, says what is wrong, and leaves the last good policy', async (t) => {
    const server = await serverOf(t, { policy: policyFor('1'), args: ['--set', 'policy.watch=false'] });
    const { revision } = (await server.clients.server('GetServerInfo')).policy;
    writeFileSync(server.policyFile, 'admns: []');
    const refusal = await refusalOf(server.clients.server('ReloadPolicy'));
    expect(refusal).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'POLICY_REFUSED',
      preconditions: [{ type: 'POLICY_REFUSED', subject: 'policy' }],
    });
    expect(refusal.message).toContain('did you mean `admins`');
    expect((await server.clients.server('GetServerInfo')).policy).toMatchObject({ revision, reload_failures: 1 });
  });
});
