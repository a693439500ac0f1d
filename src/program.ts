// The process: its commands, its signals, and the lines a person reads at its start.
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { addAudit } from './cli/audit.ts';
import { checkHealth } from './cli/client/health-client.ts';
import { ManagementClient } from './cli/client/management-client.ts';
import { checkReady } from './cli/client/ready-client.ts';
import { managementAddress } from './cli/management.ts';
import { problemText } from './cli/problem-text.ts';
import { safe } from './cli/terminal.ts';
import { addWatch } from './cli/watch.ts';
import { addWhy } from './cli/why.ts';
import { checkFiles } from './compose/check.ts';
import { serve } from './compose/serve.ts';
import { VERSION } from './compose/version.ts';
import { loadConfig } from './config/config.ts';
import { loadPolicy } from './config/files/policy-file.ts';
import { checkedPolicy } from './config/files/policy-shape.ts';
import { newToken, tokenHash } from './config/files/token.ts';
import { addConfigOptions, type ConfigFlags } from './config/flags.ts';
import { printConfig, printConfigCheck, printPolicyCheck } from './config/print.ts';
import { nearest } from './core/policy/nearest.ts';
import { StartupError } from './host/startup-error.ts';
import { writeLastWords } from './telemetry/descriptor.ts';
import { captureConsole, createLogger, errorFields, openErrorOutput, openOutput } from './telemetry/log.ts';
import type { RaisedWarning } from './telemetry/warnings.ts';

/** Without any grace the store is still given this long to close. */
const STOP_MS_MIN = 1_000;
/** How long the process waits at its end for the reader of its log. */
const FLUSH_MS_MAX = 1_000;
const STDERR_FD = 2;
/** A start that an operator can mend. */
const EXIT_FAILURE = 1;
/** A bug; EX_SOFTWARE in sysexits.h. */
const EXIT_BUG = 70;

const program = new Command('tollgate')
  .description('A policy decision point for AI agents: decides and charges in one step, over gRPC.')
  .version(VERSION)
  .enablePositionalOptions()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'tollgate: ')) });

addConfigOptions(program.command('serve', { isDefault: true }).description('serve decisions')).action(runServer);

const config = program.command('config').description('show or check the configuration');
addConfigOptions(config.command('print').description('print each effective value and where it came from')).action(
  (flags: ConfigFlags) => print(printConfig(load(flags))),
);
addConfigOptions(config.command('check').description('check the configuration and every file that it names')).action(
  (flags: ConfigFlags) => {
    const loaded = load(flags);
    checkFiles(loaded.config);
    print(printConfigCheck(loaded));
  },
);

const policy = program.command('policy').description('check the policy');
addConfigOptions(policy.command('check').description('check the policy file')).action((flags: ConfigFlags) => {
  const { file } = load(flags).config.policy;
  print(printPolicyCheck(file, loadPolicy(file, checkedPolicy)));
});

addConfigOptions(program.command('health').description('check whether a running server serves; exit 0 or 1')).action(
  async (flags: ConfigFlags) => {
    const { listeners, tls, observability } = load(flags).config;
    // HTTP first: a gRPC listener may ask for a certificate that this user does not have.
    const health = observability.listen
      ? await checkReady(observability.listen)
      : await checkHealth([
          { address: listeners.decision, tls: tls.decision },
          { address: listeners.management, tls: tls.management },
        ]);
    print([...health.lines, ...(await warningsOf(flags))].join('\n'));
    process.exitCode = health.serving ? 0 : 1;
  },
);

/** The warnings of a running server, if this user may ask for them. Only a warning tells that a policy file was refused. */
async function warningsOf(flags: ConfigFlags): Promise<string[]> {
  let client: ManagementClient | undefined;
  try {
    client = new ManagementClient(managementAddress(flags));
    const { active_warnings: warnings } = await client.ask('ServerService', 'GetServerInfo', {});
    return warnings.map(({ code, message }: RaisedWarning) => safe(`warning: ${code}: ${message}`));
  } catch {
    // The health lines are the answer; the warnings may need a token or certificate of another user.
    return [];
  } finally {
    client?.close();
  }
}

addAudit(program);
addWhy(program);
addWatch(program);

program
  .command('token')
  .description('create a bearer token: the token is for the caller, the hash for the callers file')
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
  const output = openOutput();
  const errorOutput = openErrorOutput();
  const log = createLogger({ level: config.log.level, destination: output });
  captureConsole(log);
  const end = async (code: number): Promise<never> => {
    await Promise.all([output.flush(FLUSH_MS_MAX), errorOutput.flush(FLUSH_MS_MAX)]);
    process.exit(code);
  };
  // An uncaught error is a bug. It is logged before the process ends, and a supervisor starts a new process.
  process.on('uncaughtException', (error) => {
    log.fatal(errorFields(error), 'uncaught');
    void end(EXIT_BUG);
  });

  const starting = serve(config, { log, logDropped: () => output.dropped, isLogDropping: () => output.isDropping });
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // A second signal is ignored: npm and terminals send a signal twice, and calls in flight must still finish.
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    // A store that hangs must not keep the process: acknowledged writes are safe.
    const bound = sleep(config.shutdown.delayMs + Math.max(config.shutdown.graceMs, STOP_MS_MIN), 'bound' as const);
    const ended = await Promise.race([starting.then((running) => running.stop()), bound]);
    if (ended === 'bound') log.warn('the grace period ended before every part had closed');
    log.info('stopped');
    await end(0);
  };
  // Before the line "serving" is logged: its reader may stop the server at once.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const running = await starting;
  errorOutput.write(`${banner(config, running)}\n`);
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
    `  boundary    ${boundaryOf(config)}`,
  ].join('\n');
}

/** Who can use the management listener, which may do everything. */
function boundaryOf({ listeners: { management }, callers, tls }: ReturnType<typeof load>['config']): string {
  if (callers?.on.includes('management')) {
    const where = management.kind === 'unix' ? 'the management socket' : 'the management listener';
    const how = tls.management ? ', over TLS' : '';
    return `known callers: only those in the callers file may use ${where}${how}`;
  }
  if (management.kind === 'unix') {
    return 'the operating-system user: every process of this user can reach the management socket';
  }
  return tls.management?.clientCa === undefined
    ? 'this host: every process on it can reach the management listener'
    : 'client certificates: every client with an accepted certificate can use the management listener';
}

/** `serve` is the default command and would take a misspelt command as an argument. */
function refuseUnknownCommand(name: string | undefined): void {
  if (name === undefined || name.startsWith('-')) return;
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (names.includes(name)) return;
  const close = nearest(name, names);
  throw new StartupError(
    `unknown command ${JSON.stringify(name.slice(0, 40))}${close ? `; did you mean ${close}?` : ''} (tollgate --help lists them)`,
  );
}

// The problem is written with a synchronous write: a start that failed must not leave a process that neither serves nor ends.
async function main(): Promise<void> {
  // Deprecation warnings are for developers, and would appear beside the one line that a command prints.
  process.noDeprecation = true;
  try {
    refuseUnknownCommand(process.argv[2]);
    await program.parseAsync();
  } catch (error) {
    writeLastWords(STDERR_FD, `${problemText(error)}\n`);
    process.exit(error instanceof StartupError ? EXIT_FAILURE : EXIT_BUG);
  }
}

await main();
