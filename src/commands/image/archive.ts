/**
 * An image as one file: an OCI image layout with the manifest.json of `docker save` beside it, over the same blobs. docker and podman load
 * it, containerd (ctr, kind, minikube) imports it.
 */
import { createHash } from 'node:crypto';
import { agentEntrypoint } from '../../domain/agent-image.ts';
import type { ImageName } from './image-name.ts';
import type { Layer } from './layer.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

export interface Image {
  readonly name: ImageName;
  /** OCI's name of the architecture: amd64, arm64. */
  readonly architecture: string;
  readonly version: string;
  readonly layer: Layer;
  /** When it counts as made, seconds since 1970. */
  readonly time: number;
  /** What is started instead of the agent, in place of its own settings. */
  readonly entrypoint?: readonly string[];
}

/** What the image is started with, and as whom; deploy/image/Dockerfile says the same. */
const settings = {
  User: '10001:10001',
  Env: ['PATH=/opt/kelpie', 'KELPIE_IMAGE=1'],
  Entrypoint: agentEntrypoint(),
  WorkingDir: '/',
} as const;

/** The archive in pieces, in order. */
export function imageArchive(image: Image): Buffer[] {
  const { name, architecture, layer, time } = image;
  const blobs: Buffer[] = [];
  /** A blob's descriptor (OCI image spec, descriptor.md). */
  const describe = (mediaType: string, bytes: Buffer) => {
    blobs.push(bytes);
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest: digestOf(bytes), size: bytes.length };
  };
  const layerDescriptor = describe('layer.v1.tar+gzip', layer.bytes);
  const config = describe('config.v1+json', json(configOf(image)));
  const manifest = describe(
    'manifest.v1+json',
    json({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: [layerDescriptor],
    }),
  );
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...manifest,
        platform: { architecture, os: 'linux' },
        annotations: { 'io.containerd.image.name': name.full, 'org.opencontainers.image.ref.name': name.tag },
      },
    ],
  };
  const dockers = [
    { Config: blobPath(config.digest), RepoTags: [name.short], Layers: [blobPath(layerDescriptor.digest)] },
  ];
  const directory = (path: string) => [tarHeader({ path, mode: 0o755, size: 0 }, time)];
  const file = (path: string, bytes: Buffer) => [
    tarHeader({ path, mode: 0o644, size: bytes.length }, time),
    bytes,
    tarPadding(bytes.length),
  ];
  return [
    ...file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    ...file('index.json', json(index)),
    ...file('manifest.json', json(dockers)),
    ...directory('blobs/'),
    ...directory('blobs/sha256/'),
    ...blobs.flatMap((bytes) => file(blobPath(digestOf(bytes)), bytes)),
    tarEnd,
  ];
}

/** OCI image spec, config.md. */
function configOf({ architecture, version, layer, time, entrypoint }: Image): object {
  const created = new Date(time * 1000).toISOString();
  return {
    created,
    architecture,
    os: 'linux',
    config: {
      ...settings,
      ...(entrypoint && { Entrypoint: entrypoint, User: '65534:65534' }),
      Labels: {
        'org.opencontainers.image.title': 'Kelpie agent',
        'org.opencontainers.image.description': 'Captures what the pods of a node say to each other, by eBPF',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': version,
      },
    },
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    history: [{ created, created_by: `kelpie image save (${version})` }],
  };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const blobPath = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;
