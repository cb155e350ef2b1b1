/** The traffic the panes are held against: what is asked of whom is written here, what came of it the peers tell. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Call, Connection, Dig, Truth } from './truth.ts';
import { type Place, ports, tcpPeer, type World, worldName } from './world.ts';

interface Ask {
  readonly to: string;
  readonly method?: string;
  readonly path?: string;
  readonly seq?: string;
  readonly size?: number;
  readonly want?: {
    readonly status?: number;
    readonly ms?: number;
    readonly size?: number;
    readonly end?: 'reset' | 'close';
    readonly first?: readonly Ask[];
  };
}

interface Account {
  readonly served: readonly { readonly seq: string; readonly nanos: number }[];
  readonly calls: readonly Omit<Call, 'from'>[];
  readonly connections: readonly Omit<Connection, 'from'>[];
}

/** A client's morning: pages, orders that go through three pods, slow reports, failures of every kind. */
function asksOf({ pods: { addresses, outside } }: World): readonly Ask[] {
  const front = `http://${addresses.front}:${ports.http}`;
  const api = (i: number) => `http://${i % 2 === 0 ? addresses.api1 : addresses.api2}:${ports.http}`;
  const rows = `tcp://${addresses.db}:${ports.rows}`;
  const many = (count: number, make: (i: number) => Ask) => Array.from({ length: count }, (_, i) => make(i));
  const asks = [
    ...many(60, (i) => ({
      to: front,
      path: `/products/${1000 + i}?from=${i}`,
      want: { size: 300, first: [{ to: api(i), path: `/v1/products/${1000 + i}`, want: { ms: 2, size: 120 } }] },
    })),
    ...many(20, (i) => ({ to: front, path: `/missing/${i}`, want: { status: 404 } })),
    ...many(12, (i) => ({
      to: front,
      method: 'POST',
      path: '/orders',
      size: 500,
      want: {
        status: 201,
        ms: 50,
        first: [
          {
            to: api(i),
            method: 'POST',
            path: '/v1/orders',
            size: 400,
            want: { status: 201, ms: 30, first: [{ to: rows }] },
          },
        ],
      },
    })),
    ...many(8, () => ({ to: front, path: '/report', want: { ms: 200, size: 20_000 } })),
    ...many(6, (i) => ({
      to: front,
      path: '/checkout',
      want: { status: 500, first: [{ to: api(i), path: '/v1/checkout', want: { status: 503 } }] },
    })),
    ...many(5, () => ({ to: front, path: '/torn', want: { end: 'reset' as const } })),
    ...many(4, () => ({ to: front, path: '/hung-up', want: { end: 'close' as const } })),
    ...many(3, (i) => ({ to: front, path: `/users/0f8fad5b-d9cb-469f-a165-70867728950${i}/avatar` })),
    ...many(7, (i) => ({
      to: `http://${outside.alive}:${ports.world}`,
      method: 'PUT',
      path: `/charges/${i}`,
      size: 64,
      want: { ms: 10 },
    })),
  ];
  return asks.map((ask, i) => ({ ...ask, seq: `morning-${i}` }));
}

/** Makes all of it; resolves when it is over, with what the peers say of it. */
export async function makeTraffic(world: World): Promise<Truth> {
  const digs = await askNames(world);
  const [failed, retransmits] = await Promise.all([failConnects(world), sendAgain(world)]);
  const morning = await told(world, { asks: asksOf(world), connections: 4 });
  return { ...(await gather(world, morning)), digs, failed, retransmits };
}

/** The same request at an even pace; resolves with the client's account. */
export async function makeSteadyTraffic(world: World, count: number, everyMs: number): Promise<readonly Call[]> {
  const to = `http://${world.pods.addresses.front}:${ports.http}`;
  const asks = Array.from({ length: count }, (_, i) => ({ to, path: '/tick', seq: `steady-${i}` }));
  const { calls } = await told(world, { asks, connections: 2, everyMs });
  return calls.map((call) => ({ ...call, from: 'client' }));
}

async function told({ asker }: World, what: object): Promise<Account> {
  asker.tell(JSON.stringify(what));
  return JSON.parse(await asker.line());
}

/** The accounts of all ends in one. Connections kept between servers are closed, so that their bytes are all told. */
async function gather(world: World, morning: Account): Promise<Pick<Truth, 'calls' | 'connections' | 'served'>> {
  const calls: Call[] = [];
  const connections: Connection[] = [];
  const served = new Map<string, number>();
  const take = (from: Place, account: Account) => {
    calls.push(...account.calls.map((call) => ({ ...call, from })));
    connections.push(...account.connections.map((connection) => ({ ...connection, from })));
    for (const { seq, nanos } of account.served ?? []) served.set(seq, nanos);
  };
  take('client', morning);
  // A connection that lasts a second is told of, shorter ones are as far as there is room.
  await delay(1_200);
  for (const place of ['front', 'api1', 'api2'] as const) {
    world.servers[place].tell('quiet');
    take(place, JSON.parse(await world.servers[place].line()));
  }
  return { calls, connections, served };
}

/** Connects that fail, with the reason the system gave the client. */
async function failConnects({ pods }: World): Promise<Truth['failed']> {
  const attempt = async (address: string, port: number, ms: number) => ({
    address,
    port,
    reason: await pods.spawnIn('client', process.execPath, tcpPeer, 'try', address, String(port), String(ms)).line(),
  });
  return Promise.all([
    ...Array.from({ length: 3 }, () => attempt(pods.addresses.front, ports.refused, 5000)),
    attempt(pods.outside.absent, ports.silent, 10_000),
    attempt(pods.outside.silent, ports.silent, 2500),
  ]);
}

/** One connection over which two exchanges go; before the second its server falls silent until the client has sent it again. */
async function sendAgain({ pods, lease }: World): Promise<number> {
  const { db } = pods.addresses;
  const holder = pods.spawnIn('client', process.execPath, tcpPeer, 'hold', db, String(ports.held));
  await holder.line();
  holder.tell('');
  await holder.line();
  const sentAgain = () => {
    const text = pods.lookIn('client', 'ss', '-Htni', 'dst', `${db}:${ports.held}`);
    return Number(/ retrans:\d+\/(\d+)/.exec(text)?.[1] ?? 0);
  };
  pods.silence('db');
  try {
    holder.tell('');
    for (let i = 0; i < 400 && sentAgain() < 2; i += 1) await delay(25);
  } finally {
    pods.restore('db');
  }
  await holder.line();
  const count = sentAgain();
  // One that begins and ends between two looks at the kernel's totals is counted in its edge and has no row (ADR 7).
  await lease.until((rows) => rows.some((row) => row.port === ports.held && Number(row.conn_active) > 0));
  holder.child.stdin?.end();
  await holder.ended();
  return count;
}

/** Names asked for with dig: found, not there, over TCP, a resolver that fails, one that is dead. */
async function askNames({ pods }: World): Promise<readonly Dig[]> {
  const { dns } = pods.addresses;
  const ask = async (at: string, name: string, ...options: string[]): Promise<Dig> => {
    const peer = pods.spawnIn('client', 'dig', `@${at}`, ...options, name, 'A');
    let text = '';
    for (;;) {
      const line = await peer.line().catch(() => undefined);
      if (line === undefined) break;
      text += `${line}\n`;
    }
    const time = /Query time: (\d+) (msec|usec)/.exec(text);
    return {
      at,
      name,
      transport: options.includes('+tcp') ? 'tcp' : 'udp',
      rcode: /status: (\w+)/.exec(text)?.[1] ?? null,
      tries: options.includes('+tries=2') ? 2 : 1,
      received: Number(/MSG SIZE {2}rcvd: (\d+)/.exec(text)?.[1] ?? 0),
      nanos: time ? Number(time[1]) * (time[2] === 'msec' ? 1e6 : 1e3) : null,
    };
  };
  const list: Dig[] = [];
  for (const name of [worldName, 'api.shop.example', 'api.shop.example', worldName])
    list.push(await ask(dns, name, '-u'));
  for (const name of ['nowhere.example', 'no-one.example', 'nowhere.example']) list.push(await ask(dns, name, '-u'));
  list.push(await ask(dns, worldName, '-u', '+tcp'));
  for (const name of ['broken.test', 'broken.test']) list.push(await ask(pods.outside.other, name, '-u', '+tries=1'));
  list.push(await ask(pods.outside.silent, 'lost.test', '+tries=2', '+time=1'));
  return list;
}
