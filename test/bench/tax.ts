/**
 * What an unrelated process pays while nothing of it is watched, by system calls and by packets. The differences are of nanoseconds, and the
 * machine's moods of tens of percent: so the work comes in short slices, of which each round compares the quick ones (`quickest`).
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './contenders/contender.ts';
import type { Lab } from './lab/lab.ts';
import { launch } from './lab/process.ts';
import { type Scope, until } from './scope.ts';
import { quantile } from './stats.ts';

/** CPU time of one slice of each kind of work, ms. */
export interface Slice {
  readonly syscallsCpuMs: number;
  readonly networkCpuMs: number;
}

export interface TaxTurn {
  readonly contender: string;
  readonly round: number;
  readonly slices: readonly Slice[];
  readonly failure: string | undefined;
}

export interface Bystander {
  /** Does one slice of the work. Throws where the process ended. */
  work(): Promise<Slice>;
}

/** Each is a read and a write of one byte. */
const callsPerSlice = 16_000;
/** Messages of 64 bytes there and back. */
const roundTripsPerSlice = 2_000;

/** The time of the slices that met the least of the machine's moods: their 10th percentile. */
export function quickest(slices: readonly Slice[], figure: (slice: Slice) => number): number {
  const sorted = slices.map(figure).sort((a, b) => a - b);
  return quantile(sorted, 0.1) ?? Number.NaN;
}

/** The process that nobody watches: one for all turns, so that its memory lies alike in all of them. */
export async function startBystander(lab: Lab, scope: Scope): Promise<Bystander> {
  const group = lab.unrelated.child('bystander');
  scope.defer('group', group.remove);
  const command = ['python3', '-c', script, String(callsPerSlice), String(roundTripsPerSlice)];
  const run = launch(command, { group, netns: lab.net.client, cpu: lab.loadCpu });
  scope.defer('bystander', async () => void (await run.stop()));
  let told = '';
  run.child.stdout?.on('data', (text: string) => {
    told += text;
  });
  return {
    async work() {
      told = '';
      run.child.stdin?.write('\n');
      const line = await until('a slice of work', () => {
        if (run.child.exitCode !== null) throw new Error(`the bystander ended: ${run.stderr()}`);
        return told.endsWith('\n') && told;
      });
      const [syscallsCpuMs = Number.NaN, networkCpuMs = Number.NaN] = line.split(' ').map(Number);
      return { syscallsCpuMs, networkCpuMs };
    },
  };
}

/** Both ends in one process, so that all work of the network is on its CPU time: TCP over the loopback of a namespace. */
const script = `
import os, resource, socket, sys

calls, trips = int(sys.argv[1]), int(sys.argv[2])
zero, null = os.open("/dev/zero", os.O_RDONLY), os.open("/dev/null", os.O_WRONLY)
message = b"x" * 64

def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000

def pair():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    for each in (client, server):
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.close()
    return client, server

for _ in sys.stdin:
    client, server = pair()
    begin = cpu()
    for _ in range(calls):
        os.write(null, os.read(zero, 1))
    between = cpu()
    for _ in range(trips):
        client.send(message)
        server.send(server.recv(64))
        client.recv(64)
    end = cpu()
    client.close()
    server.close()
    print(between - begin, end - between, flush=True)
`;

export interface TaxPlan {
  readonly round: number;
  readonly slices: number;
  readonly bystander: Bystander;
}

export async function takeTaxTurn(lab: Lab, contender: Contender, plan: TaxPlan, parent: Scope): Promise<TaxTurn> {
  const { round, bystander } = plan;
  const scope = parent.child();
  const slices: Slice[] = [];
  try {
    const folder = join(lab.folder, `tax-${contender.name}`);
    scope.defer('folder', () => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(folder);
    const group = lab.contenders.child(`tax-${contender.name}`);
    scope.defer('group', group.remove);
    const bystanders = lab.contenders.child(`tax-${contender.name}-bystanders`);
    scope.defer('group', bystanders.remove);
    const running = await contender.start({ lab, group, bystanders, folder, scope });
    while (slices.length < plan.slices) slices.push(await bystander.work());
    await running.finish();
    return { contender: contender.name, round, slices, failure: undefined };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { contender: contender.name, round, slices, failure };
  } finally {
    await scope.close();
  }
}
