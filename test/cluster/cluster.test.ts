/** Kelpie on a real cluster, from the first command to the last: whatever KUBECONFIG leads to. Needs an account that may do everything. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { openKelpie, shownRows } from '../e2e/kelpie-terminal.ts';
import { follow } from '../peers/kelpie.ts';
import { apply, json, kelpie, kubectl, run, until } from './kubectl.ts';
import {
  briefJob,
  busybox,
  callers,
  debuggerContainer,
  namespaces,
  pullPolicy,
  quiet,
  reserved,
  shop,
  staticPod,
  web,
} from './pods.ts';

const image = process.env.KELPIE_TEST_IMAGE;
const kuardImage = process.env.KELPIE_TEST_KUARD;
const agentNamespace = 'kelpie';
const deployArgs = [...(image ? ['--image', image] : []), '--pull-policy', pullPolicy];

interface Row {
  readonly [column: string]: unknown;
}
const rowsOf = (text: string): Row[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
const get = async (table: string, ...args: string[]): Promise<Row[]> => {
  const { code, out, err } = await kelpie(['get', table, '-o', 'jsonl', ...args]);
  assert.equal(code, 0, err);
  return rowsOf(out);
};

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly status: { readonly podIP?: string };
  }[];
}
const agentPods = async () =>
  (await json<PodList>(['-n', agentNamespace, 'get', 'pods', '-l', 'app.kubernetes.io/name=kelpie-agent'])).items;

before(async () => {
  await apply(namespaces);
  await apply(web);
  await kubectl(['-n', shop, 'rollout', 'status', 'deploy/web', '--timeout=120s']);
});

/** With tokens in them. */
const folders: string[] = [];

after(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true });
  await kelpie(['demo', 'undeploy', '-q']);
  await kelpie(['undeploy', '-q']);
  await kubectl(['delete', 'ns', shop, quiet, '--ignore-not-found', '--timeout=120s']);
});

describe('kelpie deploy', () => {
  test('says what it would do, and does nothing, with --dry-run', async () => {
    await kelpie(['undeploy', '-q']);
    const { code, err } = await kelpie(['deploy', '--dry-run', ...deployArgs]);
    assert.equal(code, 0, err);
    assert.match(err, /would be created: DaemonSet kelpie\/kelpie-agent/);
    assert.equal(await kubectl(['get', 'ns', agentNamespace, '--ignore-not-found']), '');
  });

  test('before it, kelpie says what is missing', async () => {
    const { code, err } = await kelpie(['get', 'http', '--duration', '1s']);
    assert.equal(code, 3);
    assert.match(err, /no agents in the namespace kelpie.*kelpie deploy/);
    assert.equal((await kelpie(['upgrade', ...deployArgs])).code, 3);
  });

  test('an image that cannot be pulled is told with what to do', async () => {
    const { code, err } = await kelpie([
      'deploy',
      '--image',
      'kelpie.invalid/none:1',
      '--pull-policy',
      'Never',
      '--timeout',
      '15s',
    ]);
    assert.equal(code, 1);
    assert.match(err, /0 of \d+ nodes have a ready agent/);
    assert.match(err, /image cannot be pulled \(ErrImageNeverPull\): choose another with kelpie deploy --image/);
  });

  test('puts an agent on every node, and waits for it', async () => {
    const { code, err } = await kelpie(['deploy', ...deployArgs]);
    assert.equal(code, 0, err);
    assert.match(err, /(\d+) of \1 nodes have an agent/);
  });

  test('done twice is done once', async () => {
    const { code, err } = await kelpie(['deploy', ...deployArgs]);
    assert.equal(code, 0, err);
    assert.doesNotMatch(err, / (created|changed): /);
  });

  test('kelpie status says that all is well', async () => {
    const { code, out, err } = await kelpie(['status']);
    assert.equal(code, 0, out + err);
    assert.match(out, /(\d+) of \1 agents up/);
    const told = JSON.parse((await kelpie(['status', '-o', 'json', '-q'])).out);
    assert.ok(
      told.agents.every((agent: { status: { names: { state: string } } }) => agent.status.names.state === 'synced'),
    );
  });

  test('the agent is nobody’s root, and has no more than it needs', async () => {
    const [pod] = await agentPods();
    const { spec } = await json<{
      spec: { hostNetwork?: boolean; containers: { securityContext: Record<string, unknown> }[] };
    }>(['-n', agentNamespace, 'get', 'pod', pod?.metadata.name ?? '']);
    const context = spec.containers[0]?.securityContext;
    assert.equal(context?.runAsUser, 10001);
    assert.notEqual(context?.privileged, true);
    assert.notEqual(spec.hostNetwork, true);
  });
});

describe('names', () => {
  before(async () => {
    // The init container calls once, right at the start: somebody must be looking.
    const seen = follow([]);
    await seen.until((rows) => rows.length > 0, 30_000).catch(() => {});
    await apply(callers.flatMap(({ objects }) => objects));
    await kubectl(['-n', shop, 'rollout', 'status', 'deploy/deployed', '--timeout=120s']);
    const all = callers.map(({ path }) => path);
    // Some of each: of the first the API server may not have told everything yet.
    const most = (path: string) => (path === '/of-init' ? 2 : 12);
    await seen.until(
      (rows) => all.every((path) => rows.filter(({ req_path }) => req_path === path).length >= most(path)),
      60_000,
    );
    found.push(...seen.rows);
    await seen.stop();
  });
  const found: Row[] = [];
  const named = (path: string, side: string) => found.filter((row) => row.req_path === path && row.trace_role === side);

  for (const { path, pod, container } of callers) {
    test(`${path.slice(4)}: at its own side by pod and container, the Service it calls by the workload behind it`, () => {
      const rows = named(path, 'client');
      assert.ok(rows.length > 0);
      for (const row of rows) {
        assert.match(String(row.source), pod);
        // Which of several it is the API server tells some time after it began to speak.
        const isOneOfSeveral = path === '/of-init';
        assert.ok(row.container === container || (isOneOfSeveral && row.container === null), String(row.container));
        assert.equal(row.destination, `${shop}/web`);
        assert.equal(row.remote_name, `web.${shop}.svc`);
        assert.equal(row.namespace, shop);
      }
    });
    test(`${path.slice(4)}: at the side of the server by its pod`, () => {
      const rows = named(path, 'server');
      assert.ok(rows.length > 0);
      for (const row of rows) {
        assert.match(String(row.destination), /^kelpie-test-shop\/web-[0-9a-z]+-[0-9a-z]{5}$/);
        // A pod on the host's network shares its address with the node.
        if (path !== '/of-daemonset') assert.match(String(row.source), pod);
      }
    });
  }

  test('a Job of a second has its name, and keeps it when it is gone', async () => {
    const seen = follow(['-n', shop, '--filter', 'of-job']);
    try {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await kubectl(['-n', shop, 'delete', 'job', 'brief', '--ignore-not-found']);
      await apply([briefJob]);
      await seen.until((rows) => rows.some(({ trace_role }) => trace_role === 'client') && rows.length > 1, 40_000);
      for (const row of seen.rows) {
        assert.match(String(row.source), /^kelpie-test-shop\/brief-[0-9a-z]{5}$/);
        if (row.trace_role === 'client') assert.equal(row.container, 'once');
      }
      await kubectl(['-n', shop, 'delete', 'job', 'brief']);
      const kept = await get('http', '--once', '--filter', 'of-job');
      assert.ok(kept.length >= 2);
      for (const row of kept) assert.match(String(row.source), /\/brief-/);
    } finally {
      await seen.stop();
    }
  });

  test('processes of the node are named as such', async () => {
    const rows = await get('conns', '--duration', '5s');
    const kubelet = rows.filter(({ process: name }) => name === 'kubelet');
    assert.ok(kubelet.length > 0, 'kubelet speaks to the API server');
    for (const row of kubelet) assert.equal(row.pod, null);
  });

  test('both sides of a call are one edge', async () => {
    const edges = await get('edges', '--duration', '5s', '--filter', `source=${shop}/alone`);
    const toWeb = edges.filter(({ destination }) => destination === `${shop}/web`);
    assert.equal(toWeb.length, 1, JSON.stringify(toWeb));
    assert.equal(toWeb[0]?.port, 8080);
    assert.ok(typeof toWeb[0]?.client_p50 === 'number' && typeof toWeb[0]?.server_p50 === 'number');
  });

  test('kubelet’s probes are one edge to each of its callees, by the name of kubelet and not by an address', async () => {
    const isAddress = (name: unknown) => /^\[?[0-9a-f:.]+(?::\d+)?\]?$/.test(String(name));
    for (const table of ['edges', 'flows']) {
      const rows = (await get(table, '--duration', '6s', '--filter', `destination~^${shop}/web`)).filter(
        ({ connections, rate }) => connections !== 0 || rate !== 0,
      );
      assert.ok(
        rows.some(({ source }) => source === 'kubelet'),
        JSON.stringify(rows),
      );
      assert.deepEqual(rows.map(({ source }) => source).filter(isAddress), []);
    }
    const edges = await get('edges', '--duration', '4s', '--filter', `destination=${shop}/web source=kubelet`);
    assert.equal(edges.length, 1, JSON.stringify(edges));
  });

  const { KELPIE_TEST_STATIC_PODS: staticPods } = process.env;
  test('a static pod, whose cgroup has another UID than the API server, has the name of its mirror', {
    skip: staticPods ? false : 'KELPIE_TEST_STATIC_PODS is not set: the folder of a kubelet’s static pods',
  }, async () => {
    const file = join(staticPods ?? '', 'kelpie-test-still.json');
    const seen = follow(['-n', shop, '--filter', 'of-static side=client']);
    try {
      writeFileSync(file, JSON.stringify(staticPod));
      await seen.until((rows) => rows.length > 3, 60_000);
      for (const row of seen.rows) {
        assert.match(String(row.source), /^kelpie-test-shop\/still-/);
        assert.equal(row.container, 'caller');
      }
    } finally {
      rmSync(file, { force: true });
      await seen.stop();
    }
  });

  test('an ephemeral container has its name from its first request on', async (t) => {
    if (!(await kubectl(['get', '--raw', '/api/v1'])).includes('"pods/ephemeralcontainers"'))
      return t.skip('the API server has no ephemeral containers (before 1.23 they are a feature gate)');
    const seen = follow(['-n', shop, '--filter', 'of-debugger side=client']);
    try {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await debug('alone');
      await seen.until((rows) => rows.length >= 4, 60_000);
      for (const row of seen.rows) {
        assert.equal(row.source, `${shop}/alone`);
        assert.equal(row.container, 'debugger');
      }
    } finally {
      await seen.stop();
    }
  });

  test('-n shows a namespace alone, a filter by the name of a Service finds who calls it', async () => {
    const rows = await get('http', '--duration', '3s', '-n', shop, '--filter', `dest=${shop}/web side=client`);
    assert.ok(rows.length > 3);
    for (const row of rows) assert.equal(row.destination, `${shop}/web`);
  });
});

describe('the tour of the README: kuard', () => {
  test('kelpie demo deploy kuard brings it up', async () => {
    const images = kuardImage ? ['--kuard-image', kuardImage] : [];
    const { code, err } = await kelpie([
      'demo',
      'deploy',
      'kuard',
      ...images,
      '--visitor-image',
      busybox,
      '--pull-policy',
      pullPolicy,
      '--no-wait',
    ]);
    assert.equal(code, 0, err);
    // Where a cluster has no DNS the visitor is told.
    if ((await kubectl(['-n', 'kube-system', 'get', 'svc', 'kube-dns', '--ignore-not-found'])) === '') {
      const { spec } = await json<{ spec: { clusterIP: string } }>(['-n', 'kelpie-demo', 'get', 'svc', 'kuard']);
      const patch = { spec: { template: { spec: { hostAliases: [{ ip: spec.clusterIP, hostnames: ['kuard'] }] } } } };
      await kubectl(['-n', 'kelpie-demo', 'patch', 'deploy', 'visitor', '-p', JSON.stringify(patch)]);
    }
    await kubectl(['-n', 'kelpie-demo', 'rollout', 'status', 'deploy/kuard', '--timeout=120s']);
    await kubectl(['-n', 'kelpie-demo', 'rollout', 'status', 'deploy/visitor', '--timeout=120s']);
  });

  test(':http, then /kuard: the requests of kuard and of nobody else, on the screen', async () => {
    const terminal = openKelpie([], { columns: 160, rows: 40 });
    try {
      await terminal.waitFor(/\d+\/\d+ up/, 30_000);
      terminal.press(':http\r');
      await terminal.waitFor(/http\(/);
      terminal.press('/kuard\r');
      const screen = await terminal.waitFor(
        (lines) => /<\/kuard>/.test(lines.join('\n')) && shownRows(lines).length > 8,
        30_000,
      );
      for (const { source, destination } of shownRows(screen)) assert.match(`${source} ${destination}`, /kuard/);
      const paths = new Set(shownRows(screen).map(({ path }) => path));
      assert.ok(paths.size > 2, [...paths].join(' '));
      terminal.press(':agents\r');
      await terminal.waitFor(/names +of \d+ pods/);
    } finally {
      terminal.press('\x03');
      await terminal.exited;
    }
  });
});

describe('what may not be captured', () => {
  test('a pod’s annotation and an excluded namespace keep their traffic out, and :agents says so', async () => {
    const excluded = await kelpie(['upgrade', ...deployArgs, '--exclude-namespaces', quiet, '--redact', 'user-agent']);
    assert.equal(excluded.code, 0, excluded.err);
    await apply(reserved);
    await kubectl(['-n', shop, 'wait', '--for=condition=Ready', 'pod/shy', '--timeout=60s']);
    const asked = () => kelpie(['status', '-o', 'json', '-q']).then(({ out }) => JSON.parse(out));
    // Kubelet takes a while to tell a running agent of a new ConfigMap.
    const told = await until(
      'the policy',
      asked,
      ({ agents }) =>
        agents.every(
          ({ status }: { status?: { policy: { excludeNamespaces: string[]; pods: { pod: string }[] } } }) =>
            status?.policy.excludeNamespaces.includes(quiet) &&
            status.policy.pods.some(({ pod }) => pod === `${shop}/shy`),
        ),
      150_000,
    );
    assert.match(JSON.stringify(told), /annotation of the pod/);
    const rows = await get('http', '--duration', '4s', '--filter', 'side=client');
    assert.ok(rows.some(({ source }) => source === `${shop}/alone`));
    assert.deepEqual(
      rows.filter(({ source, namespace }) => source === `${shop}/shy` || namespace === quiet),
      [],
    );
    const agents = (await get('http', '--duration', '2s')).flatMap(({ req_headers: headers }) =>
      Object.entries(headers as Record<string, string>).flatMap(([name, value]) =>
        name.toLowerCase() === 'user-agent' ? [String(value)] : [],
      ),
    );
    assert.ok(agents.length > 0);
    for (const value of agents) assert.match(value, /redacted/);
  });

  test('the agent captures nothing of itself', async () => {
    const rows = await get('conns', '--duration', '4s', '--filter', `pod:${agentNamespace}/`);
    assert.deepEqual(rows, []);
  });
});

describe('who reaches an agent', () => {
  test('no other pod: its gRPC is on the loopback interface of its own pod', async () => {
    const [agent] = await agentPods();
    const ip = agent?.status.podIP ?? '';
    const script = `for p in 7788 7790; do nc -w 2 ${ip} $p </dev/null && echo open $p || echo closed $p; done`;
    const { out } = await run('kubectl', ['-n', shop, 'exec', 'alone', '--', 'sh', '-c', script]);
    assert.deepEqual(out.trim().split('\n'), ['closed 7788', 'closed 7790']);
  });

  test('who may not forward ports, or read the key, is told which right is missing', async () => {
    await apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'onlooker', namespace: shop } }]);
    await apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'onlooker', namespace: agentNamespace },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'onlooker', namespace: agentNamespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'onlooker' },
        subjects: [{ kind: 'ServiceAccount', name: 'onlooker', namespace: shop }],
      },
    ]);
    const file = await kubeconfigOf('onlooker');
    const withoutKey = await kelpie(['get', 'http', '--duration', '1s', '--kubeconfig', file]);
    assert.equal(withoutKey.code, 3);
    assert.match(withoutKey.err, /Not allowed to read the Secret kelpie-agent-key.*Role kelpie-viewer/);
    await kubectl([
      '-n',
      agentNamespace,
      'patch',
      'role',
      'onlooker',
      '--type=json',
      '-p',
      JSON.stringify([
        { op: 'add', path: '/rules/-', value: { apiGroups: [''], resources: ['secrets'], verbs: ['get'] } },
      ]),
    ]);
    const withoutForward = await kelpie(['get', 'http', '--duration', '1s', '--kubeconfig', file]);
    assert.equal(withoutForward.code, 3);
    assert.match(withoutForward.err, /not allowed to forward ports \(403\).*pods\/portforward/);
    // The role that comes with Kelpie is all it takes; names of the cluster are another.
    await kubectl([
      '-n',
      agentNamespace,
      'create',
      'rolebinding',
      'onlooker-views',
      '--role=kelpie-viewer',
      `--serviceaccount=${shop}:onlooker`,
    ]);
    const { code, out, err } = await kelpie(['get', 'http', '--duration', '3s', '-o', 'jsonl', '--kubeconfig', file]);
    assert.equal(code, 0, err);
    assert.ok(rowsOf(out).length > 0, err);
  });

  test('a new key locks out who has the old one, and who looks on goes on with the new', async () => {
    const { code, err } = await kelpie(['upgrade', ...deployArgs, '--rotate-key']);
    assert.equal(code, 0, err);
    // What was chosen before and is not named now stays.
    const { agents } = JSON.parse((await kelpie(['status', '-o', 'json', '-q'])).out);
    for (const { status } of agents) assert.deepEqual(status.policy.excludeNamespaces, [quiet]);
    const trial = await kelpie(['deploy', ...deployArgs, '--dry-run', '--exclude-namespaces', '']);
    assert.match(trial.err, /would be changed: ConfigMap kelpie\/kelpie-policy/);
    const seen = follow(['--filter', 'of-pod']);
    try {
      await seen.until((rows) => rows.length > 0, 150_000);
    } finally {
      await seen.stop();
    }
  });

  test('the agent’s account may read names, and nothing else', async () => {
    const can = async (...what: string[]) =>
      (
        await run('kubectl', ['auth', 'can-i', ...what, `--as=system:serviceaccount:${agentNamespace}:kelpie-agent`])
      ).out.trim();
    assert.equal(await can('list', 'pods', '-A'), 'yes');
    for (const [verb, what] of [
      ['get', 'secrets'],
      ['create', 'pods'],
      ['create', 'pods/exec'],
      ['delete', 'pods'],
    ])
      assert.equal(await can(verb ?? '', what ?? '', '-A'), 'no', `${verb} ${what}`);
  });
});

describe('what goes wrong', () => {
  test('an agent that is killed comes back, and who looks on goes on', async () => {
    const seen = follow(['--filter', 'of-pod']);
    try {
      await seen.until((rows) => rows.length > 2, 60_000);
      const before = await agentPods();
      await kubectl([
        '-n',
        agentNamespace,
        'delete',
        'pod',
        '-l',
        'app.kubernetes.io/name=kelpie-agent',
        '--wait=false',
        '--grace-period=1',
      ]);
      await until('new agents', agentPods, (pods) =>
        pods.every(({ metadata }) => !before.some((old) => old.metadata.uid === metadata.uid)),
      );
      const count = seen.rows.length;
      await seen.until((rows) => rows.length > count + 4, 90_000);
    } finally {
      await seen.stop();
    }
  });

  test('the API server goes away and comes back: rows come again, with names', {
    skip: process.env.KELPIE_TEST_RESTART_API
      ? false
      : 'KELPIE_TEST_RESTART_API is not set: a command that restarts it',
  }, async () => {
    const seen = follow(['--filter', 'of-pod']);
    try {
      await seen.until((rows) => rows.length > 2, 60_000);
      await promisify(execFile)('sh', ['-c', process.env.KELPIE_TEST_RESTART_API ?? '']);
      await until(
        'the API server',
        () => run('kubectl', ['get', '--raw', '/readyz']),
        ({ code }) => code === 0,
      );
      const count = seen.rows.length;
      await seen.until((rows) => rows.length > count + 6, 90_000);
      for (const row of seen.rows.slice(count + 2)) assert.match(String(row.source), /^kelpie-test-shop\/alone$/);
    } finally {
      await seen.stop();
    }
    // Whenever kubelet hears of it, which may take a minute, who names it has heard of it by then.
    const ofJob = follow(['--filter', 'path=/of-job side=client']);
    try {
      await kubectl(['-n', shop, 'delete', 'job', 'brief', '--ignore-not-found']);
      // What agents have of earlier ones comes first.
      await new Promise((resolve) => setTimeout(resolve, 4000));
      const begin = ofJob.rows.length;
      await apply([briefJob]);
      const news = () => ofJob.rows.slice(begin);
      await ofJob.until(() => news().length > 0, 120_000);
      for (const row of news()) assert.match(String(row.source), /^kelpie-test-shop\/brief-[0-9a-z]{5}$/);
    } finally {
      await ofJob.stop();
    }
  });
});

describe('kelpie undeploy', () => {
  test('leaves nothing', async () => {
    const demo = await kelpie(['demo', 'undeploy']);
    assert.equal(demo.code, 0, demo.err);
    const { code, err } = await kelpie(['undeploy']);
    assert.equal(code, 0, err);
    assert.match(err, /nothing of Kelpie is left/);
    for (const kind of ['ns', 'clusterrole', 'clusterrolebinding'])
      assert.equal(await kubectl(['get', kind, '-l', 'app.kubernetes.io/part-of=kelpie', '-o', 'name']), '', kind);
    for (const ns of [agentNamespace, 'kelpie-demo'])
      assert.equal(await kubectl(['get', 'ns', ns, '--ignore-not-found']), '');
    const again = await kelpie(['undeploy']);
    assert.equal(again.code, 0, again.err);
    assert.match(again.err, /nothing of Kelpie there/);
  });
});

/** Puts an ephemeral container into a pod, as `kubectl debug` does: before 1.22 by an object of its own, which newer ones of it no longer know. */
async function debug(pod: string): Promise<void> {
  const path = `/api/v1/namespaces/${shop}/pods/${pod}/ephemeralcontainers`;
  const ephemeralContainers = [{ ...debuggerContainer, terminationMessagePolicy: 'File' }];
  const told = JSON.parse(await kubectl(['get', '--raw', path]));
  const object =
    told.kind === 'Pod' ? { ...told, spec: { ...told.spec, ephemeralContainers } } : { ...told, ephemeralContainers };
  await kubectl(['replace', '--raw', path, '-f', '-'], { input: JSON.stringify(object) });
}

/** A kubeconfig that holds the token of a service account and nothing else. */
async function kubeconfigOf(account: string): Promise<string> {
  const made = await run('kubectl', ['-n', shop, 'create', 'token', account]);
  let token = made.out.trim();
  if (made.code !== 0) {
    // Before 1.24 each account has a Secret with a token.
    const { secrets } = await until(
      'the token',
      () => json<{ secrets?: readonly { readonly name: string }[] }>(['-n', shop, 'get', 'sa', account]),
      (found) => (found.secrets ?? []).length > 0,
    );
    const { data } = await json<{ data: { token: string } }>(['-n', shop, 'get', 'secret', secrets?.[0]?.name ?? '']);
    token = Buffer.from(data.token, 'base64').toString();
  }
  const view = JSON.parse(await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']));
  const config = { ...view, users: [{ name: view.contexts[0].context.user, user: { token } }] };
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-onlooker-'));
  folders.push(folder);
  const file = join(folder, 'config');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
