import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  bundleDemo,
  cgroupDirectory,
  curl,
  type Demo,
  pidsOf,
  type Ready,
  startDemo,
  tracesOf,
  until,
} from './demo-process.ts';

let script = '';
const running = new Set<Demo>();

before(async () => {
  script = await bundleDemo();
});

after(async () => {
  for (const demo of running) demo.child.kill('SIGTERM');
  await Promise.all([...running].map(({ exited }) => exited));
});

function start(...args: readonly string[]): Demo {
  const demo = startDemo([process.execPath, script, ...args]);
  running.add(demo);
  void demo.exited.then(() => running.delete(demo));
  return demo;
}

async function gone(name: string): Promise<void> {
  await until(`no trace of ${name}`, () => tracesOf(name).length === 0).catch((error) => {
    throw new Error(`${error.message}; left: ${tracesOf(name).join(', ')}`);
  });
}

describe('a running demo', () => {
  let demo: Demo;
  let ready: Ready;
  before(async () => {
    demo = start();
    ready = await demo.firstLine;
  });
  const address = (pod: string) => ready.pods.find((it) => it.pod === pod)?.ip;
  const kuard = (path: string, ...args: readonly string[]) =>
    curl(ready.cgroup, 'load/generator', ...args, `http://${address('kuard')}:8080${path}`);

  test('says where its pods are, by the names of the ready line', () => {
    assert.equal(ready.ready, true);
    assert.equal(ready.cgroup, `/kelpie-demo-${demo.child.pid}`);
    const names = ready.pods.map(({ namespace, pod }) => `${namespace}/${pod}`);
    for (const name of ['default/kuard', 'shop/frontend', 'shop/api', 'shop/catalog', 'load/generator'])
      assert.ok(names.includes(name), name);
  });

  test('has one process per pod, in the cgroup that names it', () => {
    for (const { namespace, pod } of ready.pods) assert.equal(pidsOf(ready.cgroup, namespace, pod).length, 1, pod);
  });

  test('opens its sockets inside the cgroup of their pod', () => {
    const netns = `--net=/run/netns/${ready.cgroup.slice(1)}-shop-api`;
    const listing = execFileSync('nsenter', [netns, 'ss', '-Hltn', '--cgroup'], { encoding: 'utf8' });
    assert.match(listing, new RegExp(`:8080 .*cgroup:.*${ready.cgroup}/shop/api/api`));
  });

  test('answers in every serving pod', () => {
    const ports: Readonly<Record<string, number>> = {
      frontend: 80,
      api: 8080,
      catalog: 8080,
      cart: 8080,
      payments: 9000,
    };
    for (const [pod, port] of Object.entries(ports)) {
      const answer = curl(ready.cgroup, 'load/generator', `http://${address(pod)}:${port}/healthz`);
      assert.deepEqual(JSON.parse(answer), { status: 'ok' }, pod);
    }
  });

  test('answers like kuard', () => {
    assert.equal(kuard('/healthy'), 'ok');
    assert.equal(typeof JSON.parse(kuard('/mem/api')).memStats.Alloc, 'number');
    assert.equal(JSON.parse(kuard('/env/api')).env.POD_NAME, 'kuard');
    assert.match(JSON.parse(kuard('/dns/api', '-d', '{"type":"A","name":"api.shop"}')).result, /IN\tA\t10\.244\./);
    assert.match(kuard('/'), /pageContext = \{"hostname":"kuard"/);
  });

  test('fails its probe as often as it is told to', () => {
    const code = () => kuard('/healthy', '-o', '/dev/null', '-w', '%{http_code}');
    kuard('/healthy/api', '-X', 'PUT', '-d', '{"failNext":-1}');
    assert.deepEqual([code(), code()], ['500', '500']);
    kuard('/healthy/api', '-X', 'PUT', '-d', '{"failNext":0}');
    assert.equal(code(), '200');
  });

  test('carries one request through all pods on its way', () => {
    const id = 'e2e-request-1';
    const url = `http://${address('frontend')}/product/p-1001`;
    const head = curl(ready.cgroup, 'load/generator', '-D', '-', '-o', '/dev/null', '-H', `X-Request-Id: ${id}`, url);
    assert.match(head, /^HTTP\/1\.1 200 OK/);
    assert.match(head, new RegExp(`^X-Request-Id: ${id}\r$`, 'm'));
  });

  test('makes traffic of its own', async () => {
    const probes = () => JSON.parse(kuard('/ready/api')).history.length;
    await until('probes of the generator at kuard', () => probes() > 0);
  });

  test('keeps out of the network of the machine', () => {
    const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' });
    assert.doesNotMatch(links, /veth\d+@|br0/);
  });

  test('goes when its stdin ends, with everything it made', async () => {
    demo.child.stdin?.end();
    assert.equal(await demo.exited, 0);
    assert.deepEqual(tracesOf(ready.cgroup.slice(1)), []);
  });
});

describe('the end of a demo', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} removes everything, also before it is ready`, async () => {
      const demo = start();
      const name = `kelpie-demo-${demo.child.pid}`;
      await until('first traces', () => tracesOf(name).some((trace) => trace.startsWith('netns')));
      demo.child.kill(signal);
      assert.equal(await demo.exited, 0);
      assert.deepEqual(tracesOf(name), []);
    });
  }

  test('kill -9 of its parent leaves nothing', async () => {
    // A shell in between is the parent; it holds the only write end of the demo's stdin.
    const parent = startDemo(['/bin/sh', '-c', 'sleep 60 | "$@"; :', 'sh', process.execPath, script]);
    const { cgroup } = await parent.firstLine;
    const sleep = execFileSync('ps', ['--ppid', `${parent.child.pid}`, '-o', 'pid=,comm='], { encoding: 'utf8' });
    const holder = /(\d+) sleep/.exec(sleep)?.[1];
    assert.ok(holder, 'the process that holds the pipe');
    parent.child.kill('SIGKILL');
    process.kill(Number(holder), 'SIGKILL');
    await gone(cgroup.slice(1));
  });

  test('kill -9 of the demo itself leaves nothing', async () => {
    const demo = start();
    const { cgroup } = await demo.firstLine;
    demo.child.kill('SIGKILL');
    await gone(cgroup.slice(1));
  });

  test('a pod that dies ends the demo, which says which one it was', async () => {
    const demo = start();
    const { cgroup } = await demo.firstLine;
    for (const pid of pidsOf(cgroup, 'shop', 'cart')) process.kill(pid, 'SIGKILL');
    assert.equal(await demo.exited, 3);
    assert.match(demo.stderr(), /pod shop\/cart ended: killed by SIGKILL/);
    await gone(cgroup.slice(1));
  });

  test('what a dead demo left is swept by the next', async () => {
    const dead = 'kelpie-demo-4194303';
    execFileSync('ip', ['netns', 'add', `${dead}-shop-api`]);
    mkdirSync(cgroupDirectory(`${dead}/shop/api/api`), { recursive: true });
    const demo = start();
    await demo.firstLine;
    assert.deepEqual(tracesOf(dead), []);
    demo.child.stdin?.end();
    await demo.exited;
  });
});

test('two demos side by side do not meet', async () => {
  const [one, other] = [start(), start('--seed', '2')];
  const [first, second] = await Promise.all([one.firstLine, other.firstLine]);
  assert.notEqual(first.cgroup, second.cgroup);
  one.child.stdin?.end();
  await one.exited;
  assert.deepEqual(tracesOf(first.cgroup.slice(1)), []);
  const kuard = second.pods.find(({ pod }) => pod === 'kuard')?.ip;
  assert.match(curl(second.cgroup, 'shop/api', `http://${kuard}:8080/env/api`), /"POD_NAME":"kuard"/);
  assert.ok(existsSync(cgroupDirectory(second.cgroup)));
  other.child.stdin?.end();
  assert.equal(await other.exited, 0);
});

test('without root it says so in the words of the contract', async () => {
  const demo = startDemo(['setpriv', '--reuid=65534', '--clear-groups', process.execPath, script]);
  const line = await demo.firstLine;
  assert.equal(line.ready, false);
  assert.equal(line.error?.code, 'permission');
  assert.match(`${line.error?.context.remedy}`, /root/);
  assert.equal(await demo.exited, 3);
});

test('an unknown flag is a usage error', async () => {
  const demo = start('--sede', '4');
  assert.equal((await demo.firstLine).error?.code, 'usage');
  assert.equal(await demo.exited, 2);
});
