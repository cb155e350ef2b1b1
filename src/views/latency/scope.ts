/** What a chart is about: in words, from words, and as a filter for the requests behind it. */
import { isPlainWord } from '../../domain/filter/complete.ts';
import { nearest } from '../../domain/filter/suggest.ts';
import { quoteText } from '../../domain/filter/token.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { PodRow } from '../../domain/tables/derived/pods.ts';
import type { ServiceRow } from '../../domain/tables/derived/services.ts';
import type { Scope, Snapshot, TimeWindow } from '../../store/store.ts';

/** "shop/api", "shop/web → shop/api", "GET /orders/:id of shop/api"; "all" without any. */
export function scopeText({ namespace, service, pod, edge, endpoint }: Scope, arrow: string): string {
  const parts = [
    endpoint && `${endpoint.method} ${endpoint.route} of ${endpoint.service}`,
    edge && `${edge.source} ${arrow} ${edge.destination}`,
    pod,
    service,
    namespace && `${namespace}/*`,
  ];
  return sanitizeLine(parts.filter(Boolean).join(', ')) || 'all';
}

/** The scope a word names among what was seen in the window; a text says what is wrong with it. */
export function readScope(word: string, snapshot: Snapshot, window: TimeWindow): Scope | string {
  const name = word.trim().replace(/^\//, '');
  if (name === '' || name === 'all' || name === '*') return {};
  const services = snapshot.derived('services', window).map(({ row }) => row as ServiceRow);
  const pods = snapshot.derived('pods', window).map(({ row }) => row as PodRow);
  const namespaces = new Set(services.flatMap(({ namespace }) => namespace ?? []));
  const endsWith = (full: string) => full === name || full.endsWith(`/${name}`);
  const service = services.find(({ service }) => endsWith(service));
  if (service) return { service: service.service };
  const pod = pods.find(({ pod }) => endsWith(pod));
  if (pod) return { pod: pod.pod };
  if (namespaces.has(name)) return { namespace: name };
  const known = [...services.map((row) => row.service), ...pods.map((row) => row.pod), ...namespaces];
  const bare = known.map((each) => each.slice(each.indexOf('/') + 1));
  const near = nearest(name, [...known, ...bare]) ?? known.find((each) => each.includes(name));
  const hint = near ? `did you mean ${sanitizeLine(near)}?` : 'a service, a pod or a namespace, e.g. shop/api';
  return `nothing called "${sanitizeLine(name)}" was seen: ${hint}`;
}

/** The filter that `http` needs to show the requests of a scope. `namespaces`: the chosen ones, where the scope names none. */
export function filterOf({ namespace, service, pod, edge, endpoint }: Scope, namespaces: readonly string[]): string {
  const terms: string[] = [];
  const chosen = namespace === undefined ? namespaces : [namespace];
  const isNarrower = service !== undefined || pod !== undefined || edge !== undefined || endpoint !== undefined;
  if (chosen.length > 0 && !isNarrower) terms.push(`to.ns=${chosen.map(quoted).join(',')}`);
  if (pod !== undefined) terms.push(`to=${quoted(pod)}`);
  if (service !== undefined) terms.push(`to.svc=${quoted(service)}`);
  if (edge) terms.push(`from.svc=${quoted(edge.source)}`, `to.svc=${quoted(edge.destination)}`);
  if (endpoint) {
    terms.push(`to.svc=${quoted(endpoint.service)}`, `method=${quoted(endpoint.method)}`);
    if (endpoint.route !== '*') terms.push(`route=${quoted(endpoint.route)}`);
  }
  return terms.join(' ');
}

function quoted(text: string): string {
  return isPlainWord(text) ? text : quoteText(text);
}
