/** A small shop in pods of its own, and an agent that watches it: what the tests of the panes look at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connStats } from '../../../src/domain/tables/conn-stats.ts';
import { httpEvents } from '../../../src/domain/tables/http-events.ts';
import { workloadOf } from '../../../src/domain/workload.ts';
import { type RunningAgent, startAgentProcess, type Watched, watchTable } from '../../peers/agent.ts';
import { startDnsmasq } from '../../peers/dnsmasq.ts';
import { makePodNetwork, type Peer, type Pods } from '../../peers/pods.ts';

const specs = {
  client: { pod: 'load/generator-5d8f6c7b9-x2k4l', address: '10.94.1.1' },
  front: { pod: 'shop/frontend-7d9f8b5c6-q9z4t', address: '10.94.2.1' },
  api1: { pod: 'shop/api-6b7f9d8c5-mq4tz', address: '10.94.3.1' },
  api2: { pod: 'shop/api-6b7f9d8c5-w7zcn', address: '10.94.4.1' },
  db: { pod: 'data/db-0', address: '10.94.5.1' },
  dns: { pod: 'kube-system/coredns-5d78c9869-x8vmz', address: '10.94.6.1' },
} as const;

export type Place = keyof typeof specs;
export const places = Object.keys(specs) as Place[];
export const podOf = (place: Place): string => specs[place].pod;
export const serviceOf = (place: Place): string => workloadOf(specs[place].pod);
/** The pod at an address. */
export const placeAt = (address: string): Place | undefined => places.find((place) => specs[place].address === address);

/** What listens where, and where nothing does. */
export const ports = {
  http: 8080,
  refused: 8081,
  silent: 8099,
  rows: 7100,
  held: 7102,
  world: 9000,
  warmUp: 7199,
} as const;
/** The name of the world's address that answers. */
export const worldName = 'payments.example';

export interface World {
  readonly pods: Pods<Place>;
  readonly agent: RunningAgent;
  readonly servers: Readonly<Record<'front' | 'api1' | 'api2', Peer>>;
  /** Makes HTTP requests in the client's pod (http-peer.mjs). */
  readonly asker: Peer;
  /** Keeps everything at the level of heads, and tells of losses. */
  readonly lease: Watched;
  readonly work: string;
  end(): Promise<void>;
}

const peerFile = (name: string) => join(import.meta.dirname, '../../peers', name);
export const tcpPeer = peerFile('tcp-peer.mjs');
const httpPeer = peerFile('http-peer.mjs');

/** Everything is up, and capture is on. */
export async function startWorld(): Promise<World> {
  const work = mkdtempSync(join(tmpdir(), 'kelpie-panes-'));
  const pods = makePodNetwork('panes', specs);
  const { addresses, outside } = pods;
  const started: Peer[] = [];
  const serve = (place: Place | 'outside', file: string, ...args: readonly (string | number)[]): Peer => {
    const peer = pods.spawnIn(place, process.execPath, file, ...args.map(String));
    started.push(peer);
    return peer;
  };
  const servers = {
    front: serve('front', httpPeer, 'serve', addresses.front, ports.http),
    api1: serve('api1', httpPeer, 'serve', addresses.api1, ports.http),
    api2: serve('api2', httpPeer, 'serve', addresses.api2, ports.http),
  };
  serve('db', tcpPeer, 'serve', addresses.db, ports.rows);
  serve('db', tcpPeer, 'serve', addresses.db, ports.held);
  serve('db', httpPeer, 'serve', addresses.db, ports.warmUp);
  serve('outside', httpPeer, 'serve', outside.alive, ports.world);
  serve('outside', peerFile('dns-refuser.mjs'), outside.other, 53, 2);
  const records = [
    `host-record=${worldName},${pods.outside.alive},300`,
    `host-record=api.shop.example,${pods.addresses.api1},300`,
  ];
  startDnsmasq({ pods, pod: 'dns', work, records });
  for (const peer of started) await peer.line();
  const asker = pods.spawnIn('client', process.execPath, httpPeer, 'ask');

  const { path } = pods.cgroup;
  const agent = await startAgentProcess(`unix:${work}/agent.sock`, '--cgroup', path, '--pods-below', path);
  const lease = watchTable(agent.address, connStats);
  await warmUp(pods, agent);
  return {
    pods,
    agent,
    servers,
    asker,
    lease,
    work,
    async end() {
      await lease.close();
      await agent.stop();
      await pods.remove();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** Traffic that no test counts, until both its ends are seen: capture is on. */
async function warmUp(pods: Pods<Place>, agent: RunningAgent): Promise<void> {
  const seen = watchTable(agent.address, httpEvents);
  const knock = pods.spawnIn('dns', process.execPath, httpPeer, 'ask');
  const ask = { to: `http://${pods.addresses.db}:${ports.warmUp}`, path: '/', seq: 'warm-up' };
  const timer = setInterval(() => knock.tell(JSON.stringify({ asks: [ask] })), 200);
  const bothEnds = (rows: readonly { readonly trace_role?: unknown }[]) =>
    new Set(rows.map(({ trace_role }) => trace_role)).size === 2;
  await seen.until((rows) => bothEnds(rows), 20_000).finally(() => clearInterval(timer));
  knock.child.stdin?.end();
  await seen.close();
}
