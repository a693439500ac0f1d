// deploy/kubernetes/service.yaml: locked down like the sidecar, a configuration that the program takes, and a stop that
// callers do not notice.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/config/config.ts';
import { findPython } from '../support/python.ts';

const FILE = 'deploy/kubernetes/service.yaml';
const [service, deployment] = parseAllDocuments(readFileSync(FILE, 'utf8')).map((document) => document.toJS());
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
const [, sidecarPod] = parseAllDocuments(readFileSync('deploy/kubernetes/sidecar.yaml', 'utf8')).map((document) =>
  document.toJS(),
);
const env = Object.fromEntries(container.env.map(({ name, value }: { name: string; value: string }) => [name, value]));
const { config } = loadConfig({ flags: {}, env, cwd: '/' });

test('Kubernetes knows every field', { timeout: 300_000 }, async (context) => {
  const python = await findPython('test/deploy/requirements.txt');
  context.skip(python.missing !== undefined, python.missing);
  const validate = join(dirname(python.path!), 'kubernetes-validate');
  const { stdout } = await promisify(execFile)(python.path!, [validate, '--strict', FILE]);
  expect(stdout.match(/passed/g)).toHaveLength(2);
});

test('it may do no more than the sidecar', () => {
  expect(container.securityContext).toEqual(sidecarPod.spec.initContainers[0].securityContext);
  expect(pod.securityContext).toEqual(sidecarPod.spec.securityContext);
});

test('it says that it is not ready, serves on, and has time for both before it is killed', () => {
  const { delayMs, graceMs } = config.shutdown;
  const { periodSeconds, failureThreshold } = container.readinessProbe;
  expect(delayMs).toBeGreaterThan(periodSeconds * failureThreshold * 1_000);
  expect(delayMs + graceMs).toBeLessThan(pod.terminationGracePeriodSeconds * 1_000);
});

test('every file that the configuration names is in a volume, and every port is a listener', () => {
  const mounts: string[] = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
  const files = Object.entries(env).filter(([name]) => name.endsWith('_FILE'));
  expect(files.length).toBeGreaterThan(4);
  for (const [name, path] of files) expect([name, mounts.includes(dirname(path as string))]).toEqual([name, true]);
  expect(service.spec.ports[0].port).toBe(7070);
  expect(config.listeners.decision).toMatchObject({ port: container.ports[0].containerPort });
  expect(config.observability.listen).toMatchObject({ port: container.ports[1].containerPort });
});
