/** What an unrelated process pays while nothing of it is watched: one that does little but system calls, one that does little but network. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './contenders/contender.ts';
import type { Group } from './lab/cgroup.ts';
import type { Lab } from './lab/lab.ts';
import { launch } from './lab/process.ts';
import type { Scope } from './scope.ts';

export interface TaxTurn {
  readonly contender: string;
  readonly round: number;
  /** CPU time of the same work, ms; NaN when the turn failed. */
  readonly syscallsCpuMs: number;
  readonly networkCpuMs: number;
  readonly failure: string | undefined;
}

export interface TaxPlan {
  readonly round: number;
  /** Size of the work: 1 = about a second of each. */
  readonly work: number;
}

/** Each byte is a read and a write. */
const bytesCopied = 2_000_000;
/** Messages there and back. */
const roundTrips = 80_000;

export async function takeTaxTurn(lab: Lab, contender: Contender, plan: TaxPlan, parent: Scope): Promise<TaxTurn> {
  const { round, work } = plan;
  const scope = parent.child();
  try {
    const folder = join(lab.folder, `tax-${contender.name}`);
    scope.defer('folder', () => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(folder);
    const group = lab.contenders.child(`tax-${contender.name}`);
    scope.defer('group', group.remove);
    const bystanders = lab.contenders.child(`tax-${contender.name}-bystanders`);
    scope.defer('group', bystanders.remove);
    const unrelated = lab.unrelated.child(contender.name);
    scope.defer('group', unrelated.remove);
    const running = await contender.start({ lab, group, bystanders, folder, scope });
    const copy = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${Math.round(bytesCopied * work)}`];
    const syscallsCpuMs = await cpuOf(copy, lab, unrelated);
    const talk = ['python3', '-c', pingPong, String(Math.round(roundTrips * work))];
    const networkCpuMs = await cpuOf(talk, lab, unrelated);
    await running.finish();
    return { contender: contender.name, round, syscallsCpuMs, networkCpuMs, failure: undefined };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { contender: contender.name, round, syscallsCpuMs: Number.NaN, networkCpuMs: Number.NaN, failure };
  } finally {
    await scope.close();
  }
}

/** Both ends in one process, so that all work of the network is on its CPU time: TCP over the loopback of a namespace. */
const pingPong = `
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
for each in (client, server):
    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
message = b"x" * 64
for _ in range(int(sys.argv[1])):
    client.send(message)
    server.send(server.recv(64))
    client.recv(64)
`;

async function cpuOf(command: readonly string[], lab: Lab, group: Group): Promise<number> {
  const before = group.cpuMs();
  const run = launch(command, { group, netns: lab.net.client, cpu: lab.loadCpu });
  const code = await run.exited;
  if (code !== 0) throw new Error(`${command[0]} failed (${code}): ${run.stderr()}`);
  return group.cpuMs() - before;
}
