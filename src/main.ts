#!/usr/bin/env node
// The process: its commands, its signals, and the lines a person reads at its start.
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { addAudit } from './cli/audit.ts';
import { addWatch } from './cli/watch.ts';
import { addWhy } from './cli/why.ts';
import { serve, VERSION } from './compose.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { addConfigOptions, type ConfigFlags } from './config/flags.ts';
import { loadPolicy, PolicyError } from './config/policy-file.ts';
import { printConfig, printConfigCheck, printPolicyCheck, printProblems } from './config/print.ts';
import { newToken, tokenHash } from './config/token.ts';
import { parsePolicy } from './core/policy.ts';
import { checkHealth } from './rpc/health-client.ts';
import { StartupError } from './startup-error.ts';
import { createLogger, errorFields } from './telemetry/log.ts';
import { checkReady } from './telemetry/ready-client.ts';

/** Without any grace the store is still given this long to close. */
const STOP_MS_MIN = 1_000;

const program = new Command('tollgate')
  .description('A policy decision point for AI agents: decides and charges in one step, over gRPC.')
  .enablePositionalOptions();

addConfigOptions(program.command('serve', { isDefault: true }).description('serve decisions')).action(runServer);

const config = program.command('config').description('look at the configuration');
addConfigOptions(config.command('print').description('print each effective value and where it came from')).action(
  (flags: ConfigFlags) => print(printConfig(load(flags))),
);
addConfigOptions(config.command('check').description('check the configuration')).action((flags: ConfigFlags) =>
  print(printConfigCheck(load(flags))),
);

const policy = program.command('policy').description('look at the policy');
addConfigOptions(policy.command('check').description('check the policy file')).action((flags: ConfigFlags) =>
  print(printPolicyCheck(loadPolicy(load(flags).config.policy.file, parsePolicy))),
);

addConfigOptions(program.command('health').description('ask a running server how it is; exit 0 or 1')).action(
  async (flags: ConfigFlags) => {
    const { listeners, tls, observability } = load(flags).config;
    // Over HTTP where it can: a gRPC listener may ask for a certificate that whoever runs this does not have.
    const health = observability.listen
      ? await checkReady(observability.listen)
      : await checkHealth([
          { address: listeners.decision, tls: tls.decision },
          { address: listeners.management, tls: tls.management },
        ]);
    print(health.lines.join('\n'));
    process.exitCode = health.serving ? 0 : 1;
  },
);

addAudit(program);
addWhy(program);
addWatch(program);

program
  .command('token')
  .description('make a bearer token for a caller: the token for it, the hash for the callers file')
  .action(() => {
    const token = newToken();
    print(`token: ${token}\nhash:  ${tokenHash(token)}`);
  });

program
  .command('version')
  .description('print the version')
  .action(() => print(VERSION));

function load(flags: ConfigFlags) {
  return loadConfig({ flags, env: process.env, cwd: process.cwd() });
}

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

async function runServer(flags: ConfigFlags): Promise<void> {
  const { config } = load(flags);
  const log = createLogger({ level: config.log.level });
  // What nobody caught is a bug; it is in the log before the process ends, and a supervisor starts a fresh one.
  process.on('uncaughtException', (error) => {
    log.fatal(errorFields(error), 'uncaught');
    process.exit(70);
  });

  const starting = serve(config, log);
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // Ignored, not obeyed at once: npm and terminals send the same signal twice, and calls in flight would pay for it.
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    // A store that hangs must not hold the process: what it has acknowledged, it has.
    const bound = sleep(Math.max(config.shutdown.graceMs, STOP_MS_MIN), 'bound' as const);
    const ended = await Promise.race([starting.then((running) => running.stop()), bound]);
    if (ended === 'bound') log.warn('the grace period is over before everything has ended');
    log.info('stopped');
    process.exit(0);
  };
  // Before the server says that it serves: whoever reads that line may stop it at once.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const running = await starting;
  process.stderr.write(`${banner(config, running)}\n`);
  log.info({ ...addressesOf(running), policy_revision: running.policyRevision, version: VERSION }, 'serving');
}

function addressesOf({ decision, management, observability, store }: Awaited<ReturnType<typeof serve>>) {
  return { decision, management, observability, store };
}

/** For a person at a terminal, on standard error; the log on standard output stays JSON. */
function banner(config: ReturnType<typeof load>['config'], running: Awaited<ReturnType<typeof serve>>): string {
  return [
    `tollgate ${VERSION}`,
    `  decisions   ${running.decision}`,
    `  management  ${running.management}`,
    ...(running.observability === undefined ? [] : [`  monitoring  ${running.observability}`]),
    `  engine      ${running.store}`,
    `  policy      ${config.policy.file}`,
    `  revision    ${running.policyRevision}`,
    `  data        ${config.dataDir}`,
    '  boundary    the operating-system user: whatever runs as this user can reach the management socket',
  ].join('\n');
}

// One line for what an operator can mend, the stack for what is a bug.
program.parseAsync().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof PolicyError) process.stderr.write(`${printProblems(error)}\n`);
  else if (error instanceof StartupError) process.stderr.write(`tollgate: ${error.message}\n`);
  else process.stderr.write(`tollgate: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
