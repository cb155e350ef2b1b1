/** Rows of the recording as those of a copy: other pods, other addresses, and calls that leave the node. */
import type { Row, Value } from '../../../src/domain/column.ts';
import { addressIn, type Copy, callerOf, nameIn, nodeName, peerOf, type RecordedPod } from './cluster.ts';

/** Whom copies call on another node: by address as an agent sees who is not on its node, or by the name DNS gave. */
const calledByAddress = /^shop\/catalog-/;
const calledByName = /^shop\/cart-/;

export interface Shift {
  row(row: Row): Row;
}

export function createShift(nodes: number, copy: Copy, pods: readonly RecordedPod[]): Shift {
  const here = tableOf(copy, pods);
  const peer = tableOf(peerOf(nodes, copy), pods);
  const caller = tableOf(callerOf(nodes, copy), pods);
  const namespaces = new Map(pods.map((pod) => [pod.namespace, nameIn(copy, pod).namespace]));
  // The longest first: a name is part of an entity.
  const words = [...here.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?:${words.map((text) => text.replaceAll('.', '\\.')).join('|')})(?!\\d)`, 'g');
  const shifted = (text: string) => text.replaceAll(pattern, (found) => here.get(found) ?? found);
  const addressOf = new Map(pods.map(({ namespace, name, address }) => [`${namespace}/${name}`, address]));
  const isFar = (entity: Value | undefined): entity is string =>
    typeof entity === 'string' && (calledByAddress.test(entity) || calledByName.test(entity));

  return {
    row(row) {
      const far: Record<string, Value> = { node: nodeName(copy.node) };
      for (const [column, value] of Object.entries(row)) {
        if (column === 'node' || typeof value !== 'string') continue;
        far[column] = column.endsWith('namespace') ? (namespaces.get(value) ?? value) : shifted(value);
      }
      if (isFar(row.destination)) {
        if (row.trace_role === 'client') calls(row, row.destination, far);
        else if (row.trace_role === 'server' && 'source' in row) isCalled(row, String(row.source), far);
      }
      // Ids of what is told again and again are the node's.
      if ('cgroup' in row || 'address' in row) far.id = `${copy.slot}.${row.id}`;
      return { ...row, ...far };
    },
  };

  /** The client's side: who is called is on another node. */
  function calls(row: Row, destination: string, far: Record<string, Value>): void {
    const address = peer.get(addressOf.get(destination) ?? '') ?? '';
    const port = row.remote_port ?? row.port;
    far.destination = calledByName.test(destination)
      ? `cart.${(peer.get(destination) ?? '').split('/')[0]}.svc.cluster.local`
      : typeof port === 'number'
        ? `${address}:${port}`
        : address;
    if ('remote_addr' in row) far.remote_addr = address;
    if ('remote_pod' in row) far.remote_pod = null;
    if ('remote_process' in row) far.remote_process = null;
    if ('destination_namespace' in row) far.destination_namespace = null;
    if ('route' in row) far.namespace = null;
  }

  /** The server's side: so is who calls. */
  function isCalled(row: Row, source: string, far: Record<string, Value>): void {
    const address = addressOf.get(source);
    if (address === undefined) return;
    far.source = caller.get(address) ?? '';
    if ('remote_addr' in row) far.remote_addr = far.source;
    if ('remote_pod' in row) far.remote_pod = null;
    if ('remote_process' in row) far.remote_process = null;
    if ('source_namespace' in row) far.source_namespace = null;
  }
}

/** What each name and address of the recording is in a copy. */
function tableOf(copy: Copy, pods: readonly RecordedPod[]): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const pod of pods) {
    const { namespace, name } = nameIn(copy, pod);
    table.set(`${pod.namespace}/${pod.name}`, `${namespace}/${name}`);
  }
  for (const pod of pods) {
    table.set(pod.name, nameIn(copy, pod).name);
    table.set(pod.address, addressIn(copy, pod));
  }
  for (const pod of pods) table.set(`.${pod.namespace}.svc`, `.${nameIn(copy, pod).namespace}.svc`);
  return table;
}
