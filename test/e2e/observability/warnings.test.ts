// What an operator must see at once is in the warnings, the metrics, the probe and the answer to a call: an emptied store, a
// full one, a certificate and callers that are refused.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Certificates } from '../../support/certificates.ts';
import type { Answer, Clients } from '../../support/clients.ts';
import { refusalOf } from '../../support/refusals.ts';
import { callOf } from '../../support/scene.ts';
import { PATIENCE } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, redisOf, serverOf } from '../process/servers.ts';
import { ask, MONITORED, monitoringOf, scrape } from './scrape.ts';

const codesOf = async ({ server }: Clients): Promise<string[]> => {
  const { active_warnings: warnings = [] } = await server('GetServerInfo');
  return warnings.map(({ code }: Answer) => code);
};

test('an emptied store and a full one are told in every place, and the full one until it has room', async (t) => {
  const redis = await redisOf(t);
  const server = await serverOf(t, { store: redis.url, env: { ...PATIENCE, ...MONITORED } });
  const address = monitoringOf(server);
  const { clients } = server;
  const call = await callOf(clients);
  const warned = async (code: string) => (await scrape(address)).value('tollgate_warnings', { code });
  expect(await warned('STORE_EMPTIED')).toBe(0);
  await redis.ask('FLUSHALL');
  await eventually(async () => (await warned('STORE_EMPTIED')) === 1);
  expect(await codesOf(clients)).toContain('STORE_EMPTIED');
  const { active_warnings: warnings, warnings: sentences } = await clients.server('GetServerInfo');
  const emptied = warnings.find(({ code }: Answer) => code === 'STORE_EMPTIED');
  expect(sentences).toContain(emptied.message);
  expect(Math.abs(emptied.since.seconds * 1_000 - Date.now())).toBeLessThan(60_000);
  const lines = server.log.map((line) => JSON.parse(line));
  expect(lines.filter(({ warning }) => warning === 'STORE_EMPTIED')).toHaveLength(1);

  const again = await callOf(clients);
  await redis.ask('CONFIG', 'SET', 'maxmemory', '1');
  const refusal = await refusalOf(clients.decisions('Authorize', again));
  expect(refusal).toMatchObject({ code: 'UNAVAILABLE', reason: 'STATE_FULL' });
  await eventually(async () => (await ask(address, '/readyz')).status === 503);
  expect(JSON.parse((await ask(address, '/readyz')).text).not_ready).toEqual(['the store is full']);
  expect(await codesOf(clients)).toContain('STORE_FULL');
  await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  await eventually(async () => (await ask(address, '/readyz')).status === 200);
  expect((await clients.decisions('Authorize', again)).decision.effect).toBe('EFFECT_ALLOW');
  expect((await clients.decisions('Authorize', call)).decision.effect).toBe('EFFECT_DENY');
});

test('certificates and callers have metrics, and warnings where they are refused or end soon', async (t) => {
  const certificates = new Certificates();
  t.onTestFinished(() => certificates.remove());
  certificates.authority('ours');
  certificates.certificate('server', { by: 'ours', names: 'DNS:localhost' });
  const caller = (role: string) => `callers:\n  - {name: a, role: ${role}, tokens: ["sha256:${'0'.repeat(64)}"]}\n`;
  const folder = folderOf(t, { callers: caller('admin') });
  const [cert, key] = ['cert', 'key'].map((name) => join(folder, name));
  writeFileSync(cert!, certificates.read('server.pem'));
  writeFileSync(key!, certificates.read('server.key'));
  const settings = {
    'tls.decision.cert_file': cert,
    'tls.decision.key_file': key,
    'tls.decision.client_ca_file': certificates.path('ours.pem'),
    'callers.file': join(folder, 'callers'),
    'callers.on': 'decision',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const server = await serverOf(t, { args, env: MONITORED });
  const address = monitoringOf(server);
  const before = await scrape(address);
  for (const file of ['cert', 'client_ca']) {
    expect(before.value('tollgate_certificate_expiry_seconds', { listener: 'decision', file })).toBeGreaterThan(0);
  }
  expect(before.value('tollgate_certificate_refused', { listener: 'decision' })).toBe(0);
  expect(before.value('tollgate_callers_refused')).toBe(0);
  expect([...before.series.keys()].some((series) => series.startsWith('tollgate_callers_info{'))).toBe(true);

  writeFileSync(key!, 'none');
  writeFileSync(join(folder, 'callers'), caller('king'));
  await eventually(async () => {
    const codes = await codesOf(server.clients);
    return codes.includes('CERTIFICATE_REFUSED') && codes.includes('CALLERS_REFUSED');
  });
  const after = await scrape(address);
  expect(after.value('tollgate_certificate_refused', { listener: 'decision' })).toBe(1);
  expect(after.value('tollgate_callers_refused')).toBe(1);
  writeFileSync(key!, certificates.read('server.key'));
  await eventually(async () => !(await codesOf(server.clients)).includes('CERTIFICATE_REFUSED'));
});
