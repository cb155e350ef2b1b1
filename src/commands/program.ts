/** The command line: every command, its flags, its help. What a command does is loaded when it runs. */
import { Command, CommanderError, Option } from 'commander';
import { AppError } from '../domain/errors.ts';
import { nearest } from '../domain/filter/suggest.ts';
import { addClusterCommands, addClusterDemo } from './cluster-commands.ts';
import { type ClusterFlags, withClusterFlags } from './cluster-flags.ts';
import { addImageCommand } from './image-command.ts';
import { withSourceFlags } from './source-options.ts';
import { tableNames } from './table-names.ts';

/** Runs a command; resolves with the exit code, or undefined when the process ends by itself. */
export type Run = () => Promise<number | undefined>;

const exitCodeHelp = `
Exit codes:
  0    done
  1    runtime error
  2    wrong usage (flag, filter, file)
  3    cannot connect, no permission, eBPF unavailable
  4    nothing matched, with --fail-empty
  130  interrupted (ctrl-c)
  143  terminated`;

const sourceHelp = `
Watches the cluster of the kubeconfig unless told otherwise; where there is no kubeconfig, this machine.`;

interface DoctorFlags extends ClusterFlags {
  readonly cluster?: boolean;
  readonly output?: string;
}

/** The program. Parsing calls `onRun` with what to do. */
export function createProgram(version: string, onRun: (run: Run) => void): Command {
  const program = new Command('kelpie');
  program
    .description(
      'Shows live traffic of a Kubernetes cluster or of this machine, captured by eBPF: a terminal app, and rows for pipes.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .enablePositionalOptions()
    .allowExcessArguments()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeErr: () => undefined,
    });
  withScreenFlags(withSourceFlags(program));
  program.addHelpText(
    'after',
    `${sourceHelp}

Examples:
  kelpie deploy                            agents on the cluster of the kubeconfig; then: kelpie
  kelpie demo                              a small shop on this machine, captured live
  kelpie --agents 127.0.0.1:7788           the terminal app on an agent that runs already
  kelpie get http --local -o jsonl | jq    rows for pipes
${exitCodeHelp}`,
  );
  program.action((flags) => {
    const [word] = program.args;
    if (word !== undefined) throw unknownCommand(program, word);
    onRun(async () => (await import('./terminal.ts')).runTerminalCommand(flags));
  });

  /** A subcommand with its own error behaviour inherited. */
  const add = (name: string, description: string, examples: string) =>
    program
      .command(name)
      .description(description)
      .addHelpText('after', `\nExamples:\n${indented(examples)}\n${exitCodeHelp}`);

  addClusterCommands(add, onRun);

  const demo = withScreenFlags(
    withSourceFlags(
      add(
        'demo',
        'open the terminal app on a demo workload, captured live on this machine',
        'kelpie demo\nkelpie demo --filter kuard\nkelpie demo -c pulse',
      ),
    ),
  ).action((_, command: Command) => {
    const flags = command.optsWithGlobals();
    onRun(async () => (await import('./terminal.ts')).runTerminalCommand({ ...flags, demo: true }));
  });
  addClusterDemo(demo, onRun);

  withScreenFlags(
    withSourceFlags(
      add(
        'local',
        "open the terminal app on this machine's own traffic",
        "kelpie local\nkelpie local --cgroup /system.slice --filter 'status>=500'",
      ),
    ),
  ).action((_, command: Command) => {
    const flags = command.optsWithGlobals();
    onRun(async () => (await import('./terminal.ts')).runTerminalCommand({ ...flags, local: true }));
  });

  withScreenFlags(
    add(
      'replay',
      'open the terminal app on a recording',
      'kelpie replay shop.kelpie\nkelpie replay shop.kelpie --speed 1',
    )
      .argument('<file>', 'a recording made by kelpie record')
      .option('--speed <n>', '1 = as it happened, 2 = twice as fast (default: as fast as it can be read)'),
  ).action((file: string, _, command: Command) => {
    const flags = command.optsWithGlobals();
    onRun(async () => (await import('./terminal.ts')).runTerminalCommand({ ...flags, replay: file }));
  });

  withQuiet(
    withSourceFlags(
      add(
        'record',
        'write the raw kernel events of a run to a file',
        'kelpie record shop.kelpie --demo --duration 30s\nkelpie record incident.kelpie          ctrl-c ends it',
      )
        .argument('<file>', 'where to write; a recording that is there is overwritten')
        .option('--duration <time>', 'stop after this time, e.g. 30s (default: ctrl-c)'),
    ),
  ).action((file: string, _, command: Command) => {
    const flags = command.optsWithGlobals();
    onRun(async () => (await import('./record.ts')).runRecord(file, flags));
  });

  withQuiet(
    withLook(
      withSourceFlags(
        add(
          'get',
          'print rows of a table, or figures worked out from them',
          [
            'kelpie get http --local --duration 8s',
            "kelpie get http --demo --follow --filter 'status>=500 latency>50ms'",
            'kelpie get svc --demo --duration 10s --sort -p99',
            "kelpie get edges --agents 127.0.0.1:7788 --follow --filter 'errors>1%'",
            'kelpie get flows --local --duration 30s -o jsonl',
            "kelpie get http --agents 127.0.0.1:7788 -o jsonl | jq -r '.req_path'",
            'kelpie get http --replay shop.kelpie -o csv >shop.csv',
          ].join('\n'),
        )
          .argument('<table>', `${tableNames.join(', ')}`)
          .option('--once', 'print what is kept, then end (default for --agents and --replay)')
          .option(
            '--duration <time>',
            'capture for this long, e.g. 10s (default for --local, --demo, and figures: 10s)',
          )
          .option('-f, --follow', 'go on until ctrl-c; figures are printed each second, of the last 10 s or --since')
          .option('--since <time>', 'only what is not older, e.g. 5m, of what --agents kept')
          .option('--filter <text>', "only rows that match, e.g. 'kuard status>=500' (docs/filter.md)")
          .addOption(new Option('-o, --output <format>', 'table, wide, json, jsonl or csv (default: table)'))
          .option('--sort <column>', 'order by a column, -column for the highest first (figures: -rate)')
          .option('--limit <n>', 'end after this many rows; of those kept, the newest; sorted, the first')
          .option('--fail-empty', 'exit with 4 when nothing matched'),
      ),
    ),
  ).action((table: string, _, command: Command) => {
    const flags = command.optsWithGlobals();
    onRun(async () => (await import('./get.ts')).runGet(table, flags));
  });

  add(
    'agent',
    'run the agent alone, for terminals elsewhere',
    'kelpie agent                             on 127.0.0.1:7788\nkelpie agent --listen unix:/run/kelpie.sock --cgroup /system.slice',
  )
    .usage('[options]')
    .argument('[options...]')
    .allowUnknownOption()
    .passThroughOptions()
    // The agent explains its own options.
    .helpOption(false)
    .action((args: string[]) => {
      onRun(async () => {
        const { becomeAgent } = await import('./agent-in-place.ts');
        await becomeAgent(args);
        return undefined;
      });
    });

  withClusterFlags(
    add(
      'doctor',
      'check what live capture needs on this machine, or a cluster what agents need, and say what to do',
      'kelpie doctor\nkelpie doctor --cluster\nkelpie doctor --context production -o json',
    ),
  )
    .option('--cluster', 'look at the cluster of the kubeconfig instead of this machine')
    .option('-o, --output <format>', 'text or json (default: text)')
    .action((_, command: Command) => {
      onRun(async () => {
        const flags: DoctorFlags = command.optsWithGlobals();
        const { output = 'text' } = flags;
        const isOfCluster = flags.cluster || flags.context !== undefined || flags.kubeconfig !== undefined;
        if (isOfCluster) return (await import('./cluster-doctor.ts')).runClusterDoctor(flags);
        const { oneOf } = await import('./get-request.ts');
        const format = oneOf('--output', output, ['text', 'json']);
        const { becomeAgent } = await import('./agent-in-place.ts');
        await becomeAgent(['doctor', '-o', format]);
        return undefined;
      });
    });

  addImageCommand(add, onRun, version);

  return program;
}

function withScreenFlags(command: Command): Command {
  command
    .option('-c, --command <text>', "what to open with, as behind the colon: pulse, 'svc shop', 'http status:5xx'")
    .option('--filter <text>', "only rows that match, e.g. 'kuard status>=500' (docs/filter.md)")
    .option('--refresh <time>', 'time between updates, 250ms to 60s (default: 1s)');
  return withQuiet(withLook(command));
}

function withLook(command: Command): Command {
  return command
    .option('--color <when>', 'auto, always or never (default: auto)')
    .option('--glyphs <set>', 'auto, unicode or ascii (default: auto)');
}

function withQuiet(command: Command): Command {
  return command.option('-q, --quiet', 'say nothing on stderr unless something is wrong');
}

function unknownCommand(program: Command, word: string): AppError {
  const near = nearest(
    word,
    program.commands.map((command) => command.name()),
  );
  const hint = near ? ` Did you mean ${near}?` : '';
  return new AppError('usage', { detail: `There is no command "${word}".${hint} See: kelpie --help` });
}

/**
 * What commander found wrong, as an AppError; undefined when it only printed help or the version.
 */
export function fromCommander(thrown: unknown): unknown {
  if (!(thrown instanceof CommanderError)) return thrown;
  if (thrown.exitCode === 0) return undefined;
  const [first = '', ...rest] = thrown.message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/^\(?(.*?)\)?$/, '$1');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1);
  return new AppError('usage', { detail: `${sentence}.${hint ? ` ${hint}` : ''} See --help.` });
}

const indented = (text: string) => text.replace(/^/gm, '  ');
