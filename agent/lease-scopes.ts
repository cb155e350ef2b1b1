/** What a lease is about: pods, cgroup paths, each with or without a server's port; in text as the terminals send it. */

export interface LeaseScope {
  /** "namespace/pod", or a cgroup path that begins with "/"; '' = everything. */
  readonly place: string;
  /** Server-side port; 0 = every port. */
  readonly port: number;
}

const maxLength = 512;

/** "shop/api", "/kubepods/x", "shop/api:8080", ":443" (that port everywhere); undefined for what is none of these. */
export function parseScope(text: string): LeaseScope | undefined {
  if (text.length > maxLength) return undefined;
  const [, place = text, digits] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const port = digits === undefined ? 0 : Number(digits);
  if (port > 65_535 || (digits !== undefined && port === 0)) return undefined;
  const isPath = place.startsWith('/') && !place.split('/').includes('..');
  const isPod = /^[^/]+\/[^/]+$/.test(place);
  const isEverywhere = place === '' && port > 0;
  return isPath || isPod || isEverywhere ? { place, port } : undefined;
}
