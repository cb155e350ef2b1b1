/** `kelpie agent` and `kelpie doctor`: this process becomes the agent. */
import { pathToFileURL } from 'node:url';
import { bundlePath } from './child-process.ts';
import { addressOf } from './source-options.ts';

/** Where an agent listens when nobody says. */
const defaultListen = '127.0.0.1:7788';

/** Runs the agent's program in this process, as if it had been started with these arguments; it ends the process itself. */
export async function becomeAgent(args: readonly string[]): Promise<void> {
  const program = bundlePath('agent.js');
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}

/**
 * `kelpie agent ARGS`: the arguments with what they leave out. Standard input is not watched: an agent started by hand or by a
 * service manager may have none.
 *
 * @throws AppError `usage` for an address it cannot listen on
 */
export function agentArguments(args: readonly string[]): readonly string[] {
  const has = (flag: string) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const at = args.indexOf('--listen');
  const listen = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--listen='))?.slice('--listen='.length);
  if (listen !== undefined) addressOf(listen);
  const source = has('--source') || has('--replay') ? [] : ['--source', 'live'];
  const cgroup = has('--replay') || has('--cgroup') ? [] : ['--cgroup', '/'];
  return [
    ...source,
    ...cgroup,
    ...(listen === undefined && !has('--listen') ? ['--listen', defaultListen] : []),
    ...args,
  ];
}
