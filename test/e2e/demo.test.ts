import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type Pod, podOf, pods, type Role, webServers } from '../../deploy/demo/pods.ts';
import { workloadOf } from '../../src/domain/workload.ts';
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

const fullName = ({ namespace, name }: Pod) => `${namespace}/${name}`;
const generator = fullName(podOf('generator'));

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
  const address = (role: Role) => podOf(role).address;
  const kuard = (path: string, ...args: readonly string[]) =>
    curl(ready.cgroup, generator, ...args, `http://${address('kuard')}:8080${path}`);

  test('says where its pods are, by the names of the ready line', () => {
    assert.equal(ready.ready, true);
    assert.equal(ready.cgroup, `/kelpie-demo-${demo.child.pid}`);
    const names = ready.pods.map(({ namespace, pod }) => `${namespace}/${pod}`);
    assert.deepEqual(names.toSorted(), pods.map(fullName).toSorted());
    // As Kubernetes names them, two replicas of one among them; nothing of what plays the internet.
    const workloads = names.map(workloadOf);
    assert.equal(workloads.filter((name) => name === 'shop/api').length, 2);
    for (const name of ['default/kuard', 'shop/frontend', 'shop/postgres', 'kube-system/coredns', 'load/generator'])
      assert.ok(workloads.includes(name), name);
    assert.ok(!workloads.some((name) => name.includes('stripe')));
  });

  test('has one process per pod, in the cgroup that names it', () => {
    for (const { namespace, pod } of ready.pods) assert.equal(pidsOf(ready.cgroup, namespace, pod).length, 1, pod);
  });

  test('opens its sockets inside the cgroup of their pod', () => {
    const { name } = podOf('api');
    const netns = `--net=/run/netns/${ready.cgroup.slice(1)}-shop-${name}`;
    const listing = execFileSync('nsenter', [netns, 'ss', '-Hltn', '--cgroup'], { encoding: 'utf8' });
    assert.match(listing, new RegExp(`:8080 .*cgroup:.*${ready.cgroup}/shop/${name}/api`));
  });

  test('answers in every serving pod', () => {
    for (const pod of webServers.filter(({ role }) => role !== 'kuard')) {
      const answer = curl(ready.cgroup, generator, `http://${pod.address}:${pod.port}/healthz`);
      assert.deepEqual(JSON.parse(answer), { status: 'ok' }, pod.name);
    }
  });

  test('answers like kuard', () => {
    assert.equal(kuard('/healthy'), 'ok');
    assert.equal(typeof JSON.parse(kuard('/mem/api')).memStats.Alloc, 'number');
    assert.equal(JSON.parse(kuard('/env/api')).env.POD_NAME, podOf('kuard').name);
    assert.match(JSON.parse(kuard('/dns/api', '-d', '{"type":"A","name":"api.shop"}')).result, /IN\tA\t10\.244\./);
    assert.match(kuard('/'), /pageContext = \{"hostname":"kuard-/);
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
    const head = curl(ready.cgroup, generator, '-D', '-', '-o', '/dev/null', '-H', `X-Request-Id: ${id}`, url);
    assert.match(head, /^HTTP\/1\.1 200 OK/);
    assert.match(head, new RegExp(`^X-Request-Id: ${id}\r$`, 'm'));
  });

  test('resolves names by its own DNS pod: search domains, both replicas, aliases, truncation', () => {
    const dns = (type: string, name: string) =>
      JSON.parse(kuard('/dns/api', '-d', JSON.stringify({ type, name }))).result as string;
    // One question in a hundred fails on purpose.
    const settled = (type: string, name: string) => {
      const results = Array.from({ length: 4 }, () => dns(type, name));
      return results.find((result) => !result.includes('SERVFAIL')) ?? '';
    };
    assert.match(
      settled('A', 'api.shop'),
      /api\.shop\.svc\.cluster\.local\.\t5\tIN\tA\t10\.244\.0\.2[15]\n.*\tA\t10\.244\.0\.2[15]/,
    );
    assert.match(settled('A', 'api.stripe.example'), /203\.0\.113\.20/);
    assert.match(settled('AAAA', 'api.shop'), /NOERROR[\s\S]*ANSWER: 0/);
    assert.match(settled('A', 'no.such.name'), /NXDOMAIN/);
    assert.match(settled('TXT', 'config.shop'), /ANSWER: 6/);
  });

  test('has databases that speak their own protocols', () => {
    const inPod = (...command: readonly string[]) =>
      execFileSync('ip', ['netns', 'exec', `${ready.cgroup.slice(1)}-${generator.replace('/', '-')}`, ...command], {
        encoding: 'latin1',
        input: '',
      });
    const redis = inPod(
      'bash',
      '-c',
      `exec 3<>/dev/tcp/${address('redis')}/6379; printf '*1\\r\\n$4\\r\\nPING\\r\\n' >&3; head -c 7 <&3`,
    );
    assert.equal(redis, '+PONG\r\n');
    const startup = String.raw`\x00\x00\x00\x10\x00\x03\x00\x00user\x00me\x00\x00`.replace('x10', 'x11');
    const hello = inPod(
      'bash',
      '-c',
      `exec 3<>/dev/tcp/${address('postgres')}/5432; printf '${startup}' >&3; head -c 9 <&3`,
    );
    assert.equal(hello, 'R\0\0\0\x08\0\0\0\0');
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
    const { name } = podOf('cart');
    for (const pid of pidsOf(cgroup, 'shop', name)) process.kill(pid, 'SIGKILL');
    assert.equal(await demo.exited, 3);
    assert.match(demo.stderr(), /pod shop\/cart-\S+ ended: killed by SIGKILL/);
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

test('the load waits for the word where it is told to', async () => {
  const demo = start('--wait-for-go');
  const { cgroup } = await demo.firstLine;
  const kuard = (path: string) => curl(cgroup, generator, `http://${podOf('kuard').address}:8080${path}`);
  const probes = () => JSON.parse(kuard('/ready/api')).history.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(probes(), 0);
  demo.child.stdin?.write('go\n');
  await until('probes of the generator at kuard', () => probes() > 0);
  demo.child.stdin?.end();
  assert.equal(await demo.exited, 0);
});

test('two demos side by side do not meet', async () => {
  const [one, other] = [start(), start('--seed', '2')];
  const [first, second] = await Promise.all([one.firstLine, other.firstLine]);
  assert.notEqual(first.cgroup, second.cgroup);
  one.child.stdin?.end();
  await one.exited;
  assert.deepEqual(tracesOf(first.cgroup.slice(1)), []);
  const answer = curl(second.cgroup, fullName(podOf('api')), `http://${podOf('kuard').address}:8080/env/api`);
  assert.match(answer, /"POD_NAME":"kuard-/);
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
