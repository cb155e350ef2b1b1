/** Names of images: [registry/]path[:tag]. */
import { AppError } from '../../domain/errors.ts';

export interface ImageName {
  /** As the person wrote it, with a tag: what docker and podman call it. */
  readonly short: string;
  /** With its registry: what containerd, and so Kubernetes, calls it. */
  readonly full: string;
  readonly tag: string;
}

const registry = '[A-Za-z0-9.-]+(?::[0-9]+)?';
const path = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
/** The grammar of github.com/distribution/reference, without digests. */
const name = new RegExp(`^(?:(${registry})/)?(${path}(?:/${path})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$`);

/** @throws AppError `usage` */
export function parseImageName(text: string, defaultTag: string): ImageName {
  const match = name.exec(text);
  const [, host, rest = '', tag = defaultTag] = match ?? [];
  if (!match || text.length > 255) {
    const detail = `--tag takes the name of an image such as registry.example.com/kelpie-agent:1.0, not "${text}".`;
    throw new AppError('usage', { detail });
  }
  const short = `${host === undefined ? '' : `${host}/`}${rest}:${tag}`;
  // What is before the first slash is a registry if it looks like a host; all else is on Docker Hub.
  if (host !== undefined && /[.:]|^localhost$/.test(host)) return { short, full: short, tag };
  const isBare = !short.includes('/');
  return { short, full: `docker.io/${isBare ? 'library/' : ''}${short}`, tag };
}
