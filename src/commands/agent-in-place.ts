/** `kelpie agent` and `kelpie doctor`: this process becomes the agent. */
import { pathToFileURL } from 'node:url';
import { bundlePath } from './child-process.ts';

/** Runs the agent's program in this process, as if it had been started with these arguments; it ends the process itself. */
export async function becomeAgent(args: readonly string[]): Promise<void> {
  const program = bundlePath('agent.js');
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}
