/** The commands that put agents on a cluster, take them off, and say how they are. */
import { type Command, Option } from 'commander';
import { withClusterFlags } from './cluster-flags.ts';
import type { Run } from './program.ts';

export type Add = (name: string, description: string, examples: string) => Command;

export function addClusterCommands(add: Add, onRun: (run: Run) => void): void {
  const deploying = (command: Command) => {
    const group = 'What is put there:';
    const option = (flags: string, text: string) => command.addOption(new Option(flags, text).helpGroup(group));
    const repeated = (flags: string, text: string) =>
      command.addOption(new Option(flags, `${text} (may be repeated)`).helpGroup(group).argParser(andAnother));
    option('--image <reference>', 'the image of the agent (default: the one of this version)');
    option('--pull-policy <policy>', 'Always, IfNotPresent or Never (default: IfNotPresent)');
    option('--pull-secret <names>', 'Secrets beside the agents with which the image is pulled');
    option('--capture-at-most <level>', 'off, flows, heads or bodies: what a terminal may ask for (default: bodies)');
    option('--capture-by-default <level>', 'of pods that say nothing themselves: less than the above, and pods opt in');
    option('--exclude-namespaces <names>', 'namespaces nothing is captured of');
    option('--redact <names>', 'header names that are secrets besides the built-in ones');
    option('--viewers <names>', 'who may look besides administrators: group:sre,user:jane,serviceaccount:ops/bastion');
    option('--run-as-root', 'root with the same few capabilities, where the image lost those of its files');
    option('--privileged', 'a privileged container, where the runtime knows no CAP_BPF');
    option('--extra-capabilities <names>', 'such as SYS_RESOURCE, for kernels before 5.11');
    option('--seccomp <profile>', 'RuntimeDefault or Unconfined (default: RuntimeDefault)');
    repeated(
      '--set <key=value>',
      'any value of the chart, e.g. resources.limits.memory=1Gi; null: back to its default',
    );
    repeated('--values <file>', 'a file of values as Helm takes it; "-": the standard input');
    return withClusterFlags(command)
      .option('--dry-run', 'change nothing: the API server checks it all and says what would become of it')
      .option(
        '-o, --output <format>',
        'print the manifests instead: yaml or json; or values: what may be chosen, as a file for --values',
      )
      .option('--timeout <time>', 'how long to wait for the agents (default: 3m)')
      .option('--no-wait', 'do not wait for them')
      .option('-q, --quiet', 'no word on what is going on');
  };
  deploying(
    add(
      'deploy',
      'put an agent on every node of a cluster, or make them what they should be',
      'kelpie deploy\nkelpie deploy --dry-run\nkelpie deploy -o yaml >kelpie.yaml\nkelpie deploy --image registry.example/kelpie-agent:1.2 --exclude-namespaces vault,bank\nkelpie deploy --set priorityClassName=monitoring --set nodeSelector.pool=shop',
    ),
  ).action((_, command: Command) => {
    onRun(async () => (await import('./deploy.ts')).runDeploy(command.optsWithGlobals(), false));
  });
  deploying(
    add('upgrade', 'bring the agents of a cluster to this version', 'kelpie upgrade\nkelpie upgrade --rotate-key'),
  )
    .option('--rotate-key', 'draw a new key: whoever knows the old one is locked out')
    .action((_, command: Command) => {
      onRun(async () => (await import('./deploy.ts')).runDeploy(command.optsWithGlobals(), true));
    });
  withClusterFlags(
    add('status', 'say how the agents of a cluster are, node by node', 'kelpie status\nkelpie status -o json'),
  )
    .option('-o, --output <format>', 'text or json (default: text)')
    .option('--timeout <time>', 'how long to wait for answers (default: 8s)')
    .option('-q, --quiet', 'no word on what is going on')
    .action((_, command: Command) => {
      onRun(async () => (await import('./status.ts')).runStatus(command.optsWithGlobals()));
    });
  withClusterFlags(add('undeploy', 'take everything off a cluster that deploy put there', 'kelpie undeploy'))
    .option('--timeout <time>', 'how long to wait until it is gone (default: 2m)')
    .option('-q, --quiet', 'no word on what is going on')
    .action((_, command: Command) => {
      onRun(async () => (await import('./undeploy.ts')).runUndeploy(command.optsWithGlobals()));
    });
}

const andAnother = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `kelpie demo deploy` and `undeploy`, beside the demo on this machine. */
export function addClusterDemo(demo: Command, onRun: (run: Run) => void): void {
  withClusterFlags(
    demo
      .command('deploy')
      .description('put a demo on a cluster: kuard, and somebody who visits it all the time')
      .argument('<demo>', 'kuard'),
  )
    .option('--kuard-image <reference>', 'default: gcr.io/kuar-demo/kuard-amd64:blue')
    .option('--visitor-image <reference>', 'with a shell and wget (default: docker.io/library/busybox:1.36)')
    .option('--pull-policy <policy>', 'Always, IfNotPresent or Never (default: IfNotPresent)')
    .option('--timeout <time>', 'how long to wait for it (default: 2m)')
    .option('--no-wait', 'do not wait for it')
    .option('-q, --quiet', 'no word on what is going on')
    .action((what: string, _, command: Command) => {
      onRun(async () => (await import('./demo-deploy.ts')).runDemoDeploy(what, command.opts()));
    });
  withClusterFlags(demo.command('undeploy').description('take the demo off a cluster'))
    .option('--timeout <time>', 'how long to wait until it is gone (default: 2m)')
    .option('-q, --quiet', 'no word on what is going on')
    .action((_, command: Command) => {
      onRun(async () => (await import('./demo-deploy.ts')).runDemoUndeploy(command.opts()));
    });
}
