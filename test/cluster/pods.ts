/** Pods of every kind, each of which calls a web server of ours by its Service. */

/** Where they are, and what is made besides. */
export const shop = 'kelpie-test-shop';
export const quiet = 'kelpie-test-quiet';

/** With a shell, wget and httpd. */
export const busybox = process.env.KELPIE_TEST_BUSYBOX ?? 'docker.io/library/busybox:1.36';
export const pullPolicy = process.env.KELPIE_TEST_PULL_POLICY ?? 'IfNotPresent';

const container = (name: string, script: string) => ({
  name,
  image: busybox,
  imagePullPolicy: pullPolicy,
  command: ['sh', '-c', `trap 'exit 0' TERM; ${script}`],
});
const labels = (app: string) => ({ 'kelpie-test/app': app });
/** The Service’s address comes as a variable, where a cluster has no DNS. */
const call = (path: string): string =>
  `timeout 2 wget -q -O /dev/null http://$WEB_SERVICE_HOST/${path} 2>/dev/null || true`;
const loop = (path: string): string => `while :; do ${call(path)}; sleep 0.5 & wait $!; done`;

const meta = (name: string, namespace = shop, annotations: object = {}) => ({
  metadata: { name, namespace, labels: labels(name), annotations },
});

export const namespaces = [shop, quiet].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));

/** The web server and its Service on port 80; pods get variables only of Services that are there before them. */
export const web = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    ...meta('web'),
    spec: { selector: labels('web'), ports: [{ port: 80, targetPort: 'http' }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...meta('web'),
    spec: {
      replicas: 2,
      selector: { matchLabels: labels('web') },
      template: {
        metadata: { labels: labels('web') },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              ...container(
                'httpd',
                'mkdir -p /tmp/w; echo hello >/tmp/w/index.html; httpd -f -p 8080 -h /tmp/w & wait $!',
              ),
              ports: [{ name: 'http', containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
];

const template = (app: string, spec: object) => ({
  selector: { matchLabels: labels(app) },
  template: { metadata: { labels: labels(app) }, spec: { terminationGracePeriodSeconds: 1, ...spec } },
});

/** Kinds of workloads by the path they ask for: the name that their pods must have. */
export const callers: readonly {
  readonly path: string;
  readonly pod: RegExp;
  readonly container: string;
  readonly objects: readonly object[];
}[] = [
  {
    path: '/of-deployment',
    pod: /^kelpie-test-shop\/deployed-[0-9a-z]+-[0-9a-z]{5}$/,
    container: 'caller',
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        ...meta('deployed'),
        spec: template('deployed', {
          initContainers: [container('first', `for i in 1 2 3; do ${call('of-init')}; sleep 0.3; done`)],
          containers: [container('caller', loop('of-deployment'))],
        }),
      },
    ],
  },
  { path: '/of-init', pod: /^kelpie-test-shop\/deployed-/, container: 'first', objects: [] },
  {
    path: '/of-statefulset',
    pod: /^kelpie-test-shop\/stateful-0$/,
    container: 'caller',
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        ...meta('stateful'),
        spec: {
          serviceName: 'web',
          ...template('stateful', { containers: [container('caller', loop('of-statefulset'))] }),
        },
      },
    ],
  },
  {
    path: '/of-daemonset',
    pod: /^kelpie-test-shop\/hostly-[0-9a-z]{5}$/,
    container: 'caller',
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        ...meta('hostly'),
        spec: template('hostly', { hostNetwork: true, containers: [container('caller', loop('of-daemonset'))] }),
      },
    ],
  },
  {
    path: '/of-pod',
    pod: /^kelpie-test-shop\/alone$/,
    container: 'caller',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        ...meta('alone'),
        spec: { terminationGracePeriodSeconds: 1, containers: [container('caller', loop('of-pod'))] },
      },
    ],
  },
];

/** Of a static pod, for a kubelet's folder of them. */
export const staticPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  ...meta('still'),
  spec: { terminationGracePeriodSeconds: 1, containers: [container('caller', loop('of-static'))] },
};

/** An ephemeral container; it calls for some seconds. */
export const debuggerContainer = container(
  'debugger',
  `for i in 1 2 3 4 5 6; do ${call('of-debugger')}; sleep 0.5; done`,
);

/** It lives for about a second. */
export const briefJob = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  ...meta('brief'),
  spec: {
    backoffLimit: 0,
    template: { spec: { restartPolicy: 'Never', containers: [container('once', call('of-job'))] } },
  },
};

/** Of a pod that wants to be left alone, and of a namespace that does. */
export const reserved = [
  {
    apiVersion: 'v1',
    kind: 'Pod',
    ...meta('shy', shop, { 'kelpie.dev/capture': 'off' }),
    spec: { terminationGracePeriodSeconds: 1, containers: [container('caller', loop('of-shy'))] },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    ...meta('kept', quiet),
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          ...container('caller', loop('of-quiet')),
          env: [{ name: 'WEB_SERVICE_HOST', value: `web.${shop}` }],
        },
      ],
    },
  },
];
