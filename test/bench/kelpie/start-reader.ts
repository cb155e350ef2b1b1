/** Starts a reader (reader.ts) beside an agent. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../contenders/contender.ts';
import { launch } from '../lab/process.ts';
import { until } from '../scope.ts';
import type { Answers, WantedRows } from './answers.ts';

const script = fileURLToPath(new URL('reader.ts', import.meta.url));

export interface Reader {
  /** Ends the reader and gives what it saw. */
  finish(): Promise<Answers>;
}

/** Resolves once the lease is taken and the rows flow. */
export async function startReader(
  address: string,
  { wanted, place, scopes = [] }: { wanted: WantedRows; place: Place; scopes?: readonly string[] },
): Promise<Reader> {
  const file = join(place.folder, 'reader.json');
  const command = [process.execPath, '--import', 'tsx', script, address, file, wanted, ...scopes];
  const run = launch(command, { group: place.bystanders });
  place.scope.defer('reader', async () => {
    run.child.stdin?.end();
    await run.stop();
  });
  const says = (word: string) =>
    until(`reader ${word}`, () => {
      if (run.child.exitCode) throw new Error(`the reader failed: ${run.stderr()}`);
      return run.stdout().includes(`${word}\n`);
    });
  await says('ready');
  return {
    finish: async () => {
      run.child.stdin?.write('finish\n');
      await says('done');
      return JSON.parse(readFileSync(file, 'utf8')) as Answers;
    },
  };
}
