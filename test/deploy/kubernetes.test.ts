// deploy/kubernetes/sidecar.yaml: valid for Kubernetes, locked down field by field, and true to the program that it starts.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { tollgate } from '../support/command.ts';
import { lastOf, readDockerfile } from '../support/dockerfile.ts';
import { freePort } from '../support/free-port.ts';
import { type FoundPython, findPython } from '../support/python.ts';
import { startServer } from '../support/server.ts';
import { eventually } from '../support/times.ts';

const run = promisify(execFile);

const FILE = 'deploy/kubernetes/sidecar.yaml';
const text = readFileSync(FILE, 'utf8');
const [policy, pod] = parseAllDocuments(text).map((document) => document.toJS());
const sidecar = pod.spec.initContainers[0];
const agent = pod.spec.containers[0];
const image = readDockerfile('deploy/Dockerfile').at(-1)!;

const folder = mkdtempSync(join(tmpdir(), 'tollgate-pod-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the schema of Kubernetes', () => {
  let python: FoundPython;
  beforeAll(async () => {
    python = await findPython('test/deploy/requirements.txt');
    if (python.missing) console.warn(`skipped: ${python.missing}`);
  }, 300_000);
  const validate = (file: string) =>
    run(python.path!, [join(dirname(python.path!), 'kubernetes-validate'), '--strict', file]);

  test('knows every field, and not a misspelt one', async (context) => {
    context.skip(python.missing !== undefined, python.missing);
    const { stdout } = await validate(FILE);
    expect(stdout.match(/passed/g)).toHaveLength(2);
    const slip = join(folder, 'slip.yaml');
    writeFileSync(slip, text.replace('runAsNonRoot: true\n        readOnly', 'runAsNonroot: true\n        readOnly'));
    await expect(validate(slip)).rejects.toMatchObject({ code: 1 });
  });
});

describe.each([
  ['tollgate', sidecar],
  ['agent', agent],
])('the container %s', (_, container) => {
  test('may do nothing that it does not need', () => {
    expect(container.securityContext).toEqual({
      runAsUser: expect.any(Number),
      runAsGroup: expect.any(Number),
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext.runAsUser).toBeGreaterThan(0);
  });

  test('has limits', () => {
    for (const bound of ['requests', 'limits']) {
      expect(container.resources[bound]).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
    }
  });
});

describe('the pod', () => {
  test('keeps what is Tollgate’s from the agent: another user, no common volume, no token, no common processes', () => {
    expect(agent.securityContext.runAsUser).not.toBe(sidecar.securityContext.runAsUser);
    expect(agent.volumeMounts ?? []).toEqual([]);
    expect(pod.spec.automountServiceAccountToken).toBe(false);
    for (const shared of ['shareProcessNamespace', 'hostPID', 'hostIPC', 'hostNetwork']) {
      expect(pod.spec[shared] ?? false).toBe(false);
    }
  });

  test('has Tollgate ready before the agent starts and there until it has gone', () => {
    expect(sidecar.restartPolicy).toBe('Always');
    expect(sidecar.startupProbe).toBeDefined();
  });

  test('waits longer for the server to stop than the server does for its calls', () => {
    const schema = JSON.parse(readFileSync('src/config/tollgate.schema.json', 'utf8'));
    const graceMs = schema.properties.shutdown.properties.grace_ms.default;
    expect(pod.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(graceMs);
  });
});

describe('the sidecar', () => {
  test('is the image of the Dockerfile: its user, its data, its version', () => {
    const { runAsUser, runAsGroup } = sidecar.securityContext;
    expect(lastOf(image, 'USER')).toBe(`${runAsUser}:${runAsGroup}`);
    expect(pod.spec.securityContext.fsGroup).toBe(runAsGroup);
    expect(sidecar.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toContain(
      lastOf(image, 'VOLUME'),
    );
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(sidecar.image).toBe(`tollgate:${version}`);
    expect(sidecar.command ?? sidecar.args).toBeUndefined();
  });

  test('is configured with variables that the server knows, and with a policy that it accepts', async () => {
    const policyFile = join(folder, 'policy.yaml');
    writeFileSync(policyFile, policy.data['policy.yaml']);
    const given = sidecar.env.map(({ name, value }: Record<string, string>) => [
      name,
      value!.replace('/etc/tollgate/policy.yaml', policyFile),
    ]);
    const env: Record<string, string> = { TOLLGATE_DATA_DIR: folder, ...Object.fromEntries(given) };
    expect(env.TOLLGATE_POLICY_FILE).toBe(policyFile);
    for (const command of ['config', 'policy']) {
      expect(await tollgate([command, 'check'], { cwd: folder, env })).toMatchObject({ code: 0, stderr: '' });
    }
  });

  test('answers its probes as soon as it serves', async () => {
    const port = await freePort();
    const env = Object.fromEntries(
      sidecar.env.map(({ name, value }: Record<string, string>) => [name, value!.replace('9464', `${port}`)]),
    );
    delete env.TOLLGATE_POLICY_FILE;
    const { containerPort, name } = sidecar.ports[0];
    expect(sidecar.env).toContainEqual({ name: 'TOLLGATE_OBSERVABILITY_LISTEN', value: `0.0.0.0:${containerPort}` });
    const server = await startServer({ env });
    try {
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        const { path, port: named } = sidecar[probe].httpGet;
        expect(named).toBe(name);
        const status = async () => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
        await eventually(async () => (await status()) === 200);
      }
    } finally {
      await server.stop();
    }
  });
});
