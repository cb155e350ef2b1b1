import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ends } from '../capture/ends.ts';
import type { EdgeSample, FlowSample, SocketOpen } from '../capture/source.ts';
import { createAttribution } from './attribution.ts';
import { kernelProcesses } from './processes.ts';
import { createPodsBelow } from './resolvers/pods-below.ts';
import { systemd } from './resolvers/systemd.ts';

const paths = new Map([
  [1, '/demo/shop/frontend/app'],
  [2, '/demo/shop/api/app'],
  [3, '/system.slice/nginx.service'],
  [4, '/user.slice/user-1000.slice/session-3.scope'],
  [5, '/demo/shop/host-a/app'],
  [6, '/demo/shop/host-b/app'],
]);

const newAttribution = (cgroups: ReadonlyMap<number, string> = paths) =>
  createAttribution({
    host: { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 1_000_000_000_000n },
    cgroups: { pathOf: (id) => cgroups.get(id) },
    processes: kernelProcesses,
    resolvers: [createPodsBelow('/demo'), systemd],
  });

function socket(cookie: number, cgroupId: number, over: Partial<SocketOpen> = {}): SocketOpen {
  return {
    time: 5e9,
    cookie,
    cgroupId,
    netnsCookie: cgroupId,
    role: 'client',
    family: 4,
    localAddress: '10.0.0.1',
    localPort: 40_000,
    remoteAddress: '10.0.0.2',
    remotePort: 80,
    comm: 'node',
    pid: 100 + cgroupId,
    firstSeq: [1, 1],
    ...over,
  };
}

const reversed = (of: Ends, cookie: number, cgroupId: number, over: Partial<SocketOpen> = {}): SocketOpen =>
  socket(cookie, cgroupId, {
    role: 'server',
    localAddress: of.remoteAddress,
    localPort: of.remotePort,
    remoteAddress: of.localAddress,
    remotePort: of.localPort,
    ...over,
  });

describe('who the ends of a connection are', () => {
  test('on loopback, a server whose listener was there before capture began is named too', () => {
    const attribution = newAttribution();
    const client = socket(17, 9, {
      localAddress: '127.0.0.1',
      remoteAddress: '127.0.0.1',
      comm: 'curl',
      netnsCookie: 42,
    });
    const server = reversed(client, 18, 9, { comm: 'python3', netnsCookie: 0 });
    attribution.open(client);
    attribution.open(server);
    for (const row of [attribution.identity(client, 'client'), attribution.identity(server, 'server')]) {
      assert.equal(row.source, 'curl');
      assert.equal(row.destination, 'python3');
    }
    const next = socket(19, 9, { ...client, cookie: 19, localPort: 40_001 });
    attribution.open(next);
    assert.equal(attribution.identity(next, 'client').destination, 'python3', 'before the server side of it is seen');
  });

  test('the same loopback addresses in two known network namespaces are two connections', () => {
    const attribution = newAttribution();
    const client = socket(17, 9, {
      localAddress: '127.0.0.1',
      remoteAddress: '127.0.0.1',
      comm: 'curl',
      netnsCookie: 42,
    });
    attribution.open(client);
    attribution.open(reversed(client, 18, 9, { comm: 'python3', netnsCookie: 43 }));
    assert.equal(attribution.identity(client, 'client').destination, '127.0.0.1:80');
  });

  test('a call between two pods of the node has both names on both sides', () => {
    const attribution = newAttribution();
    const client = socket(17, 1);
    const server = reversed(client, 18, 2);
    attribution.open(client);
    attribution.open(server);
    assert.deepEqual(attribution.identity(client, 'client'), {
      source: 'shop/frontend',
      destination: 'shop/api',
      node: 'node-1',
      namespace: 'shop',
      pod: 'shop/frontend',
      container: 'app',
      process: 'node',
      pid: 101,
      remote_pod: 'shop/api',
      remote_process: 'node',
      remote_name: null,
      local_addr: '10.0.0.1',
      local_port: 40_000,
      remote_addr: '10.0.0.2',
      remote_port: 80,
      conn_id: '11',
      conn_opened: 1_005_000_000_000n,
      cgroup: '/demo/shop/frontend/app',
    });
    const seen = attribution.identity(server, 'server');
    assert.equal(seen.source, 'shop/frontend');
    assert.equal(seen.destination, 'shop/api');
    assert.equal(seen.remote_pod, 'shop/frontend');
  });

  test('outside of pods it is the process, else the systemd unit, else the address', () => {
    const attribution = newAttribution();
    const known = socket(1, 3, {
      role: 'server',
      comm: 'nginx',
      localPort: 80,
      remoteAddress: '192.0.2.7',
      remotePort: 5,
    });
    assert.equal(attribution.identity(known, 'server').source, '192.0.2.7');
    assert.equal(attribution.identity(known, 'server').destination, 'nginx');
    assert.equal(attribution.identity({ ...known, comm: '' }, 'server').destination, 'nginx.service');
    assert.equal(attribution.identity({ ...known, comm: '', cgroupId: 4 }, 'client').source, 'session-3.scope');
    const foreign = socket(2, 99, { comm: '', pid: 0 });
    assert.equal(attribution.identity(foreign, 'client').source, '10.0.0.1');
    assert.equal(attribution.identity(foreign, 'client').destination, '10.0.0.2:80');
    assert.equal(attribution.identity(foreign, 'client').pid, null);
    const v6 = socket(3, 99, { comm: '', remoteAddress: 'fd00::5' });
    assert.equal(attribution.identity(v6, 'client').destination, '[fd00::5]:80');
  });

  test('on loopback the other process is found, within its network namespace only', () => {
    const attribution = newAttribution();
    const loopback = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
    const client = socket(1, 3, { ...loopback, comm: 'curl', netnsCookie: 1 });
    attribution.open(client);
    attribution.open(reversed(client, 2, 3, { comm: 'nginx', netnsCookie: 1 }));
    attribution.open(reversed(client, 3, 3, { comm: 'other', netnsCookie: 2 }));
    const seen = attribution.identity(client, 'client');
    assert.equal(seen.source, 'curl');
    assert.equal(seen.destination, 'nginx');
    assert.equal(seen.remote_process, 'nginx');
  });

  test('a server is known by its port from an earlier connection, a pod by its address', () => {
    const attribution = newAttribution();
    attribution.open(reversed(socket(1, 99), 2, 2));
    const later = socket(3, 1, { localPort: 41_000 });
    assert.equal(attribution.identity(later, 'client').destination, 'shop/api');
    assert.equal(attribution.identity(later, 'client').remote_process, 'node');
    const elsewhere = socket(4, 1, { remotePort: 9999 });
    assert.equal(attribution.identity(elsewhere, 'client').destination, 'shop/api');
    assert.equal(attribution.identity(elsewhere, 'client').remote_process, null);
  });

  test('an address that pods share names none of them; one that was given away names the new one', () => {
    const attribution = newAttribution();
    const at = (cookie: number, cgroupId: number, netnsCookie: number): SocketOpen =>
      socket(cookie, cgroupId, { localAddress: '10.0.0.2', localPort: 50_000 + cookie, remotePort: 1, netnsCookie });
    const asker = socket(9, 3, { comm: 'curl' });
    attribution.open(at(1, 5, 7));
    assert.equal(attribution.identity(asker, 'client').destination, 'shop/host-a');
    attribution.open(at(2, 6, 7));
    assert.equal(attribution.identity(asker, 'client').destination, '10.0.0.2:80');
    attribution.open(at(3, 2, 8));
    assert.equal(attribution.identity(asker, 'client').destination, 'shop/api');
  });

  test('who shares an address is known by its port, also where it called a Service and the server sees itself called', () => {
    const attribution = newAttribution();
    const host = { netnsCookie: 99, localAddress: '192.0.2.1', remoteAddress: '10.96.0.1' };
    const calls = [5, 6, 3].map((cgroup, i) => socket(70 + i, cgroup, { ...host, localPort: 41_000 + i }));
    // The first two only make known that the address is nobody's alone.
    for (const call of [...calls, ...calls.map((call) => ({ ...call, cookie: call.cookie + 10 }))])
      attribution.open(call);
    const served = calls.map((call, i) =>
      socket(90 + i, 2, {
        role: 'server',
        localAddress: '10.0.0.2',
        localPort: 8080,
        remoteAddress: '192.0.2.1',
        remotePort: call.localPort,
      }),
    );
    for (const server of served) attribution.open(server);
    assert.deepEqual(
      served.map((server) => attribution.identity(server, 'server').source),
      ['shop/host-a', 'shop/host-b', 'node'],
    );
  });

  test('a closed peer keeps its name for half a minute, not for ever', () => {
    const attribution = newAttribution();
    const client = socket(1, 1);
    const server = reversed(client, 2, 2);
    attribution.open(client);
    attribution.open(server);
    const close = { lastTime: [0, 0], bytes: [0, 0], endSeq: [0, 0], srttUs: 0, retransmits: 0, lost: 0 } as const;
    attribution.close({ ...close, cookie: 1, time: 6e9 });
    attribution.tick(35e9);
    assert.equal(attribution.identity(server, 'server').source, 'shop/frontend');
    assert.equal(attribution.sockets, 2);
    attribution.tick(37e9);
    assert.equal(attribution.sockets, 1);
  });

  test('any number of connections stays within bounds', () => {
    const attribution = newAttribution();
    for (let i = 0; i < 200_000; i++) attribution.open(socket(i, 1, { localPort: i % 65_536, remotePort: i >> 16 }));
    assert.equal(attribution.sockets, 150_000);
  });

  test('a cgroup that is gone keeps the name it had; one not yet known gets it later', () => {
    const names = new Map(paths);
    const attribution = newAttribution(names);
    assert.equal(attribution.identity(socket(1, 1), 'client').pod, 'shop/frontend');
    names.clear();
    assert.equal(attribution.identity(socket(1, 1), 'client').pod, 'shop/frontend');
    assert.equal(attribution.identity(socket(1, 2), 'client').pod, null);
    names.set(2, '/demo/shop/api/app');
    assert.equal(attribution.identity(socket(1, 2), 'client').pod, 'shop/api');
  });
});

const flow = (cookie: number, cgroupId: number, over: Partial<FlowSample> = {}): FlowSample => ({
  ...socket(cookie, cgroupId),
  state: 'open',
  end: undefined,
  opened: 5e9,
  bytes: [0, 0],
  packets: [0, 0],
  retransmits: 0,
  srttUs: 0,
  handshakeUs: 0,
  turns: 0,
  turnNs: 0,
  turnMaxNs: 0,
  ...over,
});

describe('flows and datagrams have the same names', () => {
  test('a container that is only supposed has that name until it is known', () => {
    let known: string | null = null;
    const attribution = createAttribution({
      host: { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 0n },
      cgroups: { pathOf: () => '/pod' },
      processes: kernelProcesses,
      resolvers: [
        () => ({
          ...{ namespace: 'shop', pod: 'shop/web', container: known, unit: null },
          ...(known === null && { supposed: 'app', isProvisional: true }),
        }),
      ],
    });
    assert.equal(attribution.names(socket(1, 1), 'client').container, 'app');
    known = 'other';
    assert.equal(attribution.names(socket(1, 2), 'client').container, 'other');
  });

  test('both ends of connections told as flows alone', () => {
    const attribution = newAttribution();
    const client = flow(1, 1);
    const server = flow(2, 2, { ...reversed(client, 2, 2), time: 6e9 });
    attribution.flow(client);
    attribution.flow(server);
    assert.equal(attribution.names(client, 'client').destination, 'shop/api');
    assert.equal(attribution.names(client, 'client').remote_process, 'node');
    assert.equal(attribution.names(server, 'server').source, 'shop/frontend');
    attribution.flow({ ...client, state: 'ended', end: 'fin', time: 7e9 });
    attribution.tick(100e9);
    assert.equal(attribution.socketOf(1), undefined);
  });

  test('a sum of loopback connections: who calls, or calls most', () => {
    const attribution = newAttribution();
    const loopback = {
      localAddress: '127.0.0.1',
      remoteAddress: '127.0.0.1',
      netnsCookie: 1,
      transport: 'tcp',
    } as const;
    const server = {
      ...socket(0, 3),
      ...loopback,
      role: 'server',
      localPort: 80,
      remotePort: 0,
      comm: 'nginx',
    } as const;
    const caller = { ...socket(0, 4), ...loopback, localPort: 0, remotePort: 80, comm: 'curl' } as const;
    const edgeOf = (ends: Ends): EdgeSample => ({ ...noEdge, ...ends, time: 1, transport: 'tcp', family: 4, port: 80 });
    attribution.edge(edgeOf(server));
    assert.equal(attribution.names(server, 'server').source, '127.0.0.1');
    attribution.edge(edgeOf(caller));
    assert.equal(attribution.names(server, 'server').source, 'curl');
    assert.equal(attribution.names(caller, 'client').destination, 'nginx');
    attribution.edge(edgeOf({ ...caller, pid: 999 }));
    assert.equal(attribution.names(server, 'server').source, 'curl', 'started anew');
    attribution.edge({ ...edgeOf({ ...caller, comm: 'wget' }), opened: 7 });
    assert.equal(attribution.names(server, 'server').source, 'wget');
    const single = { ...server, cookie: 5, remotePort: 45_000 };
    assert.equal(attribution.names(single, 'server').source, '127.0.0.1', 'of one connection nobody can say');
  });

  describe('a sum of calls from an address of the machine’s own', () => {
    const own = '10.0.0.254';
    const story = (isOwn = true) => {
      const attribution = createAttribution({
        host: { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 0n },
        cgroups: { pathOf: (id) => paths.get(id) },
        processes: kernelProcesses,
        resolvers: [createPodsBelow('/demo'), systemd],
        addresses: { cgroupAt: () => undefined, isOwn: (address) => isOwn && address === own },
      });
      const sum = { ...socket(0, 2), transport: 'tcp', cookie: 0 } as const;
      const served = { ...sum, role: 'server', localAddress: '10.0.0.2', localPort: 8080, remotePort: 0 } as const;
      const server = { ...served, remoteAddress: own, comm: 'kuard' };
      const callerOf = (comm: string, cgroupId: number): Ends => {
        const client = { ...sum, localAddress: own, localPort: 0, remoteAddress: '10.0.0.2', remotePort: 8080 };
        return { ...client, role: 'client', cgroupId, netnsCookie: 9, comm, pid: cgroupId };
      };
      const edge = (ends: Ends, opened: number) =>
        attribution.edge({ ...noEdge, ...ends, time: 1, transport: 'tcp', family: 4, port: 8080, opened });
      return { server, callerOf, edge, sourceOf: () => attribution.names(server, 'server').source };
    };

    test('is told as of who calls, or calls most', () => {
      const { server, callerOf, edge, sourceOf } = story();
      edge(server, 20);
      assert.equal(sourceOf(), 'node-1', 'nobody was seen calling yet');
      edge(callerOf('kubelet', 9), 20);
      assert.equal(sourceOf(), 'kubelet');
      edge(callerOf('curl', 9), 4);
      edge(callerOf('curl', 9), 4);
      edge(server, 8);
      assert.equal(sourceOf(), 'kubelet');
      edge(callerOf('node', 5), 100);
      edge(server, 100);
      assert.equal(sourceOf(), 'shop/host-a', 'a pod on the host’s network');
    });

    test('is the node’s where more arrive than were seen leaving: others come through it', () => {
      const { server, callerOf, edge, sourceOf } = story();
      edge(callerOf('kubelet', 9), 20);
      edge(server, 60);
      assert.equal(sourceOf(), 'node-1');
      edge(callerOf('kubelet', 9), 40);
      assert.equal(sourceOf(), 'kubelet');
    });

    test('stays the address’s where nobody says whose that is', () => {
      const { server, edge, sourceOf } = story(false);
      edge(server, 60);
      assert.equal(sourceOf(), own);
    });
  });

  test('UDP and TCP at the same port are different servers', () => {
    const attribution = newAttribution();
    attribution.datagram({ ...reversed(socket(1, 99), 5, 3), comm: 'dnsmasq', localAddress: '127.0.0.1' });
    const asker = { ...socket(9, 4), remoteAddress: '127.0.0.1', netnsCookie: 3 };
    assert.equal(attribution.names({ ...asker, transport: 'udp' }, 'client').destination, 'dnsmasq');
    assert.equal(attribution.names(asker, 'client').destination, '127.0.0.1:80');
  });
});

const noEdge = {
  opened: 0,
  closed: 0,
  refused: 0,
  timedOut: 0,
  unreachable: 0,
  aborted: 0,
  resets: 0,
  bytes: [0, 0],
  packets: [0, 0],
  retransmits: 0,
  handshakes: 0,
  handshakeUs: 0,
  rtts: 0,
  rttUs: 0,
  turns: 0,
  turnNs: 0,
  turnMaxNs: 0,
} as const;

describe('names without a single packet', () => {
  test('a pod that is only called, and refuses, is named by its address', () => {
    const attribution = createAttribution({
      host: { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 0n },
      cgroups: { pathOf: (id) => paths.get(id) },
      processes: kernelProcesses,
      resolvers: [createPodsBelow('/demo'), systemd],
      addresses: { cgroupAt: (address) => (address === '10.0.0.2' ? 2 : undefined), isOwn: () => false },
    });
    const refused = flow(1, 1, { state: 'ended', end: 'refused' });
    attribution.flow(refused);
    const names = attribution.names(refused, 'client');
    assert.deepEqual([names.destination, names.remote_pod, names.remote_process], ['shop/api', 'shop/api', null]);
  });

  test('DNS names the world outside, for whoever asked and for others; pods keep their names', () => {
    const attribution = newAttribution();
    const asked = (cgroupId: number, name: string, addresses: string[]) =>
      attribution.resolved({ socket: socket(5, cgroupId), role: 'client', name, addresses, ttl: 60e9, time: 5e9 });
    asked(1, 'api.stripe.com', ['192.0.2.1']);
    asked(2, 'edge.cdn.net', ['192.0.2.1', '10.0.0.2']);
    attribution.tick(6e9);
    const to = (cgroupId: number, remoteAddress: string) =>
      attribution.names(socket(8, cgroupId, { remoteAddress }), 'client');
    assert.equal(to(1, '192.0.2.1').destination, 'api.stripe.com');
    assert.equal(to(1, '192.0.2.1').remote_name, 'api.stripe.com');
    assert.equal(to(2, '192.0.2.1').destination, 'edge.cdn.net');
    assert.equal(to(3, '192.0.2.1').destination, 'edge.cdn.net');
    assert.equal(to(1, '192.0.2.9').destination, '192.0.2.9:80');
    attribution.open(socket(6, 2, { localAddress: '10.0.0.2' }));
    assert.deepEqual([to(1, '10.0.0.2').destination, to(1, '10.0.0.2').remote_name], ['shop/api', 'edge.cdn.net']);
  });
});

describe('what a cgroup path says', () => {
  test('directories below a base are namespace, pod and container', () => {
    const resolve = createPodsBelow('/demo/');
    assert.deepEqual(resolve('/demo/shop/api/app'), {
      namespace: 'shop',
      pod: 'shop/api',
      container: 'app',
      unit: null,
    });
    assert.equal(resolve('/demo/shop/api')?.container, null);
    assert.equal(resolve('/demo/shop'), undefined);
    assert.equal(resolve('/demolition/shop/api'), undefined);
  });

  test('systemd: the innermost service or scope', () => {
    const unit = (path: string) => systemd(path)?.unit;
    assert.equal(unit('/system.slice/nginx.service'), 'nginx.service');
    assert.equal(unit('/user.slice/user-0.slice/user@0.service/app.slice/foo.service/child'), 'foo.service');
    assert.equal(unit('/system.slice/my\\x2dapp.service'), 'my-app.service');
    assert.equal(unit('/machine.slice'), 'machine.slice');
    assert.equal(unit('/anything/else'), undefined);
  });
});
