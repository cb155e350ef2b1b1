/** Traffic to try Kelpie on: kuard (github.com/kubernetes-up-and-running/kuard) and somebody who visits it all the time. */
import type {
  KubernetesObject,
  V1Container,
  V1Deployment,
  V1Namespace,
  V1SecurityContext,
  V1Service,
} from '@kubernetes/client-node';

export interface KuardOptions {
  readonly namespace: string;
  readonly kuardImage: string;
  /** With a shell and wget: BusyBox has both. */
  readonly visitorImage: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
}

export const kuardDefaults: KuardOptions = {
  namespace: 'kelpie-demo',
  kuardImage: 'gcr.io/kuar-demo/kuard-amd64:blue',
  visitorImage: 'docker.io/library/busybox:1.36',
  imagePullPolicy: 'IfNotPresent',
};

const partOf = 'kelpie-demo';
const port = 8080;

/** Of the Pod Security profile "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards). Nobody's user. */
const restricted: V1SecurityContext = {
  runAsNonRoot: true,
  runAsUser: 65534,
  runAsGroup: 65534,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A few requests a second: answers of all kinds, one that is refused, one with a body, and DNS with the search domains of the cluster. */
const visits = `trap 'exit 0' TERM
get() { timeout 2 wget -q -O /dev/null "$@" 2>/dev/null || true; }
while :; do
  get http://kuard/
  get http://kuard/env/api
  sleep 0.3
  get http://kuard/healthy
  get http://kuard/ready
  sleep 0.3
  get http://kuard/no-such-page
  get --header 'Content-Type: application/json' --post-data '{"type":"A","name":"kuard"}' http://kuard/dns/api
  sleep 0.4
done
`;

/** In the order in which they can be applied, the namespace first. */
export function kuardManifests(options: Partial<KuardOptions> = {}): readonly KubernetesObject[] {
  const { namespace, kuardImage, visitorImage, imagePullPolicy } = { ...kuardDefaults, ...options };
  const metadata = (name: string) => ({ name, namespace, labels: labelsOf(name) });
  const home: V1Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: { 'app.kubernetes.io/part-of': partOf, 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  };
  const service: V1Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('kuard'),
    spec: {
      selector: { 'app.kubernetes.io/name': 'kuard' },
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    },
  };
  const deployment = (replicas: number, container: V1Container): V1Deployment => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(container.name),
    spec: {
      replicas,
      selector: { matchLabels: { 'app.kubernetes.io/name': container.name } },
      template: {
        metadata: { labels: labelsOf(container.name) },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 2,
          containers: [{ imagePullPolicy, ...container, securityContext: restricted }],
        },
      },
    },
  });
  return [
    home,
    service,
    deployment(2, {
      name: 'kuard',
      image: kuardImage,
      ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
      readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
      livenessProbe: { httpGet: { path: '/healthy', port: 'http' }, periodSeconds: 10 },
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    }),
    deployment(1, {
      name: 'visitor',
      image: visitorImage,
      command: ['sh', '-c', visits],
      resources: { requests: { cpu: '10m', memory: '8Mi' }, limits: { memory: '32Mi' } },
    }),
  ];
}

const labelsOf = (name: string) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': partOf,
});
