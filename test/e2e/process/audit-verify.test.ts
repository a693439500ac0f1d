// `tollgate audit verify` as a reviewer runs it: no server, only the bundle and the public keys.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linesOf, tollgate } from '../../support/command.ts';
import { randomFrom } from '../../support/random.ts';
import { callOf, started } from '../../support/scene.ts';
import { structOf } from '../../support/structs.ts';
import { KEY, KEYS, ledgerOf, STRANGER } from '../../unit/verify/ledgers.ts';
import { bundleOf, makeRecord, notesOf } from '../../unit/verify/reference-bundle.ts';
import { folderOf, serverOf } from './servers.ts';

const ledger = ledgerOf(1, { status: 'ok', records: 6, hasEpochs: false, isPurged: false });
const bundle = bundleOf(ledger);

function filesOf(t: Parameters<typeof folderOf>[0], files: Readonly<Record<string, string>>): string {
  const cwd = folderOf(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

const textOf = (lines: readonly string[]) => `${lines.join('\n')}\n`;
const pub = `# keys of the ledger\n${KEYS.join('\n')}\n`;

describe.concurrent('tollgate audit verify', () => {
  test('exits with 0 for a sound bundle and says what is proven', async (t) => {
    const cwd = filesOf(t, { 'run.jsonl': textOf(bundle), 'ledger.pub': pub });
    const { code, stdout, stderr } = await tollgate(['audit', 'verify', 'run.jsonl', '--key', 'ledger.pub'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(linesOf(stdout).slice(0, 2)).toEqual([
      `sound: run ${ledger.runId}, ok`,
      '  records  6, none altered, missing, inserted or reordered',
    ]);
    const byKey = await tollgate(['audit', 'verify', 'run.jsonl', ...KEYS.flatMap((key) => ['--key', key])], { cwd });
    expect(byKey).toEqual({ code, stdout, stderr });
  });

  test('reports what does not fit what was allowed, and exits with 3 for it when asked to', async (t) => {
    const data = { name: 'search', id: '', args: '' };
    const call = makeRecord({ sequence: ledger.records.length + 1, type: 'tool_call', data }, randomFrom(5));
    const records = [...ledger.records, call];
    const lines = bundleOf({ ...ledger, records, checkpoints: [{ epoch: 0, size: records.length }] });
    const cwd = filesOf(t, { 'run.jsonl': textOf(lines), 'ledger.pub': pub });
    const args = ['audit', 'verify', 'run.jsonl', '--key', 'ledger.pub'];
    const { code, stdout } = await tollgate(args, { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(`  finding  call without decision: record ${records.length}: search names no decision\n`);
    expect((await tollgate([...args, '--strict'], { cwd })).code).toBe(3);
  });

  test('exits with 1 when one byte was changed, and names the record', async (t) => {
    const changed = bundle.with(3, bundle[3]!.replace('"payload":"{\\"d', '"payload":"{\\"e'));
    const cwd = filesOf(t, { 'run.jsonl': textOf(changed), 'ledger.pub': pub });
    const { code, stdout } = await tollgate(['audit', 'verify', 'run.jsonl', '--key', 'ledger.pub'], { cwd });
    expect(code).toBe(1);
    expect(linesOf(stdout)[0]).toBe('altered: record 3: line 4: the payload is not that of the leaf');
    const { stdout: json } = await tollgate(['audit', 'verify', 'run.jsonl', '--key', 'ledger.pub', '--json'], { cwd });
    expect(JSON.parse(json)).toMatchObject({ ok: false, faults: [{ kind: 'altered', where: 'record 3' }] });
  });

  test('exits with 1 for the right bundle and the key of somebody else', async (t) => {
    const cwd = filesOf(t, { 'run.jsonl': textOf(bundle) });
    const { code, stdout } = await tollgate(['audit', 'verify', 'run.jsonl', '--key', STRANGER.vkey], { cwd });
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^unknown signer: checkpoint 1: /)]);
  });

  test('exits with 1 for an older export, given a checkpoint that was kept', async (t) => {
    const running = {
      ...ledgerOf(2, { status: 'running', records: 6, hasEpochs: false }),
      checkpoints: [{ epoch: 0, size: 6 }],
    };
    const older = { ...running, records: running.records.slice(0, 4), checkpoints: [{ epoch: 0, size: 4 }] };
    const cwd = filesOf(t, { 'older.jsonl': textOf(bundleOf(older)), 'kept.note': notesOf(running)[0]! });
    const args = ['audit', 'verify', 'older.jsonl', '--key', KEY.vkey];
    expect((await tollgate(args, { cwd })).code).toBe(0);
    const { code, stdout } = await tollgate([...args, '--checkpoint', 'kept.note'], { cwd });
    expect([code, linesOf(stdout)[0]]).toEqual([
      1,
      'rolled back: given checkpoint 1: it signs 6 records, the bundle 4',
    ]);
  });

  test('takes little memory and time for a file that was made to exhaust it', async (t) => {
    const cwd = filesOf(t, { 'ledger.pub': pub });
    const hostile = {
      'line.jsonl': Buffer.from(`{"sequence":1,"type":"${'x'.repeat(16 * 2 ** 20)}"}\n`),
      'blank.jsonl': Buffer.alloc(16_000_000, 0x0a),
      'open.jsonl': Buffer.alloc(64 * 2 ** 20, 0x7b),
    };
    const expectBounded = async (file: string) => {
      const { rssMiB, cpuMs, ...result } = await measured(['audit', 'verify', file, '--key', 'ledger.pub'], cwd);
      process.stdout.write(`audit verify ${file}: ${rssMiB} MiB, ${cpuMs} ms of CPU time\n`);
      expect(rssMiB).toBeLessThan(400);
      expect(cpuMs).toBeLessThan(15_000);
      return result;
    };
    for (const [file, bytes] of Object.entries(hostile)) {
      writeFileSync(join(cwd, file), bytes);
      const { code, stdout, stderr } = await expectBounded(file);
      expect([file, code, stdout]).toEqual([file, 2, '']);
      expect(stderr).toContain(`${file} is no exported ledger`);

      writeFileSync(join(cwd, `after-${file}`), Buffer.concat([Buffer.from(`${bundle[0]}\n`), bytes]));
      const after = await expectBounded(`after-${file}`);
      expect([file, after.code]).toEqual([file, 1]);
      expect(after.stdout).toMatch(/^altered: line 2: this (is no line|line is longer)/m);
    }
  });

  test('exits with 2 when it could not look: no file, no key, keys that are none, options that are none', async (t) => {
    const cwd = filesOf(t, {
      'run.jsonl': textOf(bundle),
      'ledger.pub': pub,
      'not.pub': 'ssh-ed25519 AAAA\n',
      'no.pub': '\n',
    });
    for (const args of [
      ['nowhere.jsonl', '--key', 'ledger.pub'],
      ['.', '--key', 'ledger.pub'],
      ['run.jsonl'],
      ['run.jsonl', '--key', 'nowhere.pub'],
      ['run.jsonl', '--key', 'not.pub'],
      ['run.jsonl', '--key', 'no.pub'],
      ['run.jsonl', '--key', 'ledger.pub', '--checkpoint', 'nowhere.note'],
      ['run.jsonl', '--key', 'ledger.pub', '--checkpoint', 'ledger.pub'],
      ['run.jsonl', '--key', `${KEY.vkey}x`],
      ['run.jsonl', '--key', 'ledger.pub', '--chekpoint', 'x'],
      ['--key', 'ledger.pub'],
    ]) {
      const { code, stdout, stderr } = await tollgate(['audit', 'verify', ...args], { cwd });
      expect([code, stdout], args.join(' ')).toEqual([2, '']);
      expect(stderr).not.toContain('    at ');
      expect(stderr).not.toBe('');
    }
  });

  test('exits with 2 when it was called by a wrong name, or could not say what it found', async (t) => {
    const cwd = filesOf(t, { 'run.jsonl': textOf(bundle), 'ledger.pub': pub });
    const args = ['run.jsonl', '--key', 'ledger.pub'];
    expect((await tollgate(['audit', 'verfy', ...args], { cwd })).code).toBe(2);
    for (const more of [[], ['--json']]) {
      const full = await tollgate(['audit', 'verify', ...args, ...more], { cwd, stdoutTo: '/dev/full' });
      expect([full.code, full.stderr]).toEqual([2, 'tollgate: cannot write to standard output (ENOSPC)\n']);
    }
  });

  test('keeps to what it found when nobody reads on', async (t) => {
    const changed = bundle.with(3, bundle[3]!.replace('"payload":"{\\"d', '"payload":"{\\"e'));
    const cwd = filesOf(t, { 'run.jsonl': textOf(bundle), 'changed.jsonl': textOf(changed), 'ledger.pub': pub });
    const unread = (file: string) => {
      const command = `'${process.execPath}' '${resolve('dist/main.js')}' audit verify ${file} --key ledger.pub | true`;
      return new Promise<unknown>((settle) => {
        execFile('bash', ['-o', 'pipefail', '-c', command], { cwd }, (error, _, stderr) => {
          settle([error?.code ?? 0, stderr]);
        });
      });
    };
    expect(await Promise.all(['run.jsonl', 'changed.jsonl'].map(unread))).toEqual([
      [0, ''],
      [1, ''],
    ]);
  });

  test('does not repeat what a hostile bundle would do to a terminal', async (t) => {
    const hostile = bundle.with(0, bundle[0]!.replace(ledger.runId, '\\u001b[2J\\u202e'));
    const cwd = filesOf(t, { 'run.jsonl': textOf(hostile) });
    const { code, stdout } = await tollgate(['audit', 'verify', 'run.jsonl', '--key', KEY.vkey], { cwd });
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/[^\x20-\x7e\n]/);
  });
});

test('a run of a real server is exported, verified, and found out when one byte of it was changed', async (t) => {
  const server = await serverOf(t);
  const { clients } = server;
  const cwd = folderOf(t);
  const call = await callOf(clients);
  const { run_id } = await started(clients, { trace_id: call.trace_id, session_id: call.session_id });
  // A decision that names the run stands in its ledger, too.
  await clients.decisions('Authorize', { ...call, run_id });
  await clients.decisions('AppendAudit', {
    run_id,
    events: [{ custom: { type: 'note', payload: structOf({ text: 'all well' }) } }],
  });
  await clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK', output: 'done' });

  const asked = ['--server', server.management];
  const keys = await tollgate(['audit', 'keys', ...asked], { cwd });
  writeFileSync(join(cwd, 'ledger.pub'), keys.stdout);
  const exported = await tollgate(['audit', 'export', run_id, '--out', 'run.jsonl', ...asked], { cwd });
  expect([exported.code, exported.stderr]).toEqual([0, '']);
  const verify = () => tollgate(['audit', 'verify', 'run.jsonl', '--key', 'ledger.pub'], { cwd });
  const sound = await verify();
  expect([sound.code, linesOf(sound.stdout)[0]]).toEqual([0, `sound: run ${run_id}, ok`]);

  const file = join(cwd, 'run.jsonl');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('"type":"tollgate.decision"');
  writeFileSync(file, text.replace('all well', 'all weld'));
  const found = await verify();
  expect([found.code, linesOf(found.stdout)]).toEqual([
    1,
    [expect.stringMatching(/^altered: record \d: line \d: the payload is not that of the leaf$/), expect.any(String)],
  ]);
  const turned = text.replace('\\"effect\\":\\"ALLOW\\"', '\\"effect\\":\\"DENY\\"');
  expect(turned).not.toBe(text);
  writeFileSync(file, turned);
  expect(linesOf((await verify()).stdout)[0]).toMatch(/^altered: record \d/);
});

/** Runs `tollgate` to its end and measures its peak memory and its CPU time, which other processes do not lengthen. */
function measured(args: readonly string[], cwd: string) {
  const said =
    "const used = process.resourceUsage(); writeSync(2, 'rss ' + used.maxRSS + ' cpu ' + (used.userCPUTime + used.systemCPUTime))";
  const preload = `data:text/javascript,import { writeSync } from 'node:fs'; process.on('exit', () => { ${said} })`;
  return new Promise<{ code: number; rssMiB: number; cpuMs: number; stdout: string; stderr: string }>((settle) => {
    execFile(
      process.execPath,
      ['--import', preload, resolve('dist/main.js'), ...args],
      { cwd },
      (error, stdout, stderr) => {
        const rssKiB = Number(/rss (\d+)/.exec(stderr)?.[1]);
        const cpuMs = Math.round(Number(/cpu (\d+)/.exec(stderr)?.[1]) / 1000);
        settle({ code: error ? Number(error.code) : 0, rssMiB: Math.round(rssKiB / 1024), cpuMs, stdout, stderr });
      },
    );
  });
}
