/**
 * Who is who in the simulated cluster: many copies of the recorded shop, so that agents, API server and whoever checks them agree on names and
 * addresses without a word.
 */

/** A copy of the recorded shop on one node. */
export interface Copy {
  readonly node: number;
  readonly slot: number;
  /** Number over all nodes. */
  readonly index: number;
  /** Its pods talk. */
  readonly isBusy: boolean;
  /** Copies of the same team are replicas: their pods share namespaces and workloads. */
  readonly team: string;
  readonly replica: number;
}

/** A pod of the recording. */
export interface RecordedPod {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
}

/** Copies on a node: with the eleven pods of the recording some 200 pods. */
export const slots = 18;
/** Of them so many talk; the others only are there. */
export const busySlots = 2;
const replicas = 4;

/** In the folder of the sockets: the pods of the recording, JSON. */
export const podsFile = 'pods.json';

export const nodeName = (node: number): string => `node-${String(node).padStart(3, '0')}`;
export const agentPodName = (node: number): string => `kelpie-agent-${suffixOf(node + 7_000)}`;
export const socketName = (node: number): string => `agent-${node}.sock`;
export const nodeAddress = (node: number): string => `10.64.${node >> 8}.${(node & 255) + 1}`;

export function copyOf(nodes: number, node: number, slot: number): Copy {
  const isBusy = slot < busySlots;
  const kind = isBusy ? busySlots : slots - busySlots;
  const index = node * kind + (isBusy ? slot : slot - busySlots);
  const teams = teamsOf(nodes * kind);
  const team = `${isBusy ? '' : 'quiet-'}${index % teams}`;
  return { node, slot, index, isBusy, team, replica: Math.floor(index / teams) };
}

/** The replica on another node whose cart and catalog a busy copy calls. */
export const peerOf = (nodes: number, copy: Copy): Copy => neighbour(nodes, copy, 1);
/** The one that calls this copy's. */
export const callerOf = (nodes: number, copy: Copy): Copy => neighbour(nodes, copy, -1);

function neighbour(nodes: number, { index }: Copy, step: number): Copy {
  const count = nodes * busySlots;
  const at = (index + step * teamsOf(count) + count) % count;
  return copyOf(nodes, Math.floor(at / busySlots), at % busySlots);
}

const teamsOf = (copies: number): number => Math.max(1, Math.floor(copies / replicas));

export function* copiesOn(nodes: number, node: number): Iterable<Copy> {
  for (let slot = 0; slot < slots; slot += 1) yield copyOf(nodes, node, slot);
}

/** What the pod is called in a copy: another namespace, a name of its own with the same workload. */
export function nameIn({ team, replica, node, slot }: Copy, { namespace, name }: RecordedPod): RecordedName {
  const ordinal = /-\d+$/.test(name);
  return {
    namespace: namespace === 'kube-system' ? namespace : `${namespace}-${team}`,
    name: ordinal
      ? name.replace(/\d+$/, String(replica))
      : name.replace(/[^-]+$/, (was) => suffixOf((node * slots + slot) * 97 + sumOf(was))),
  };
}

export interface RecordedName {
  readonly namespace: string;
  readonly name: string;
}

export const addressIn = ({ node, slot }: Copy, { address }: RecordedPod): string =>
  `10.${128 + (node % 100)}.${slot + 32 * Math.floor(node / 100)}.${address.split('.')[3]}`;

/** Replicas on one node have names of their own. */
const sumOf = (text: string): number => [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 97;

/** Five letters as Kubernetes draws them, another five for each number below seven million. */
export function suffixOf(number: number): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  let rest = (number * 2_654_435) % letters.length ** 5;
  let text = '';
  for (let at = 0; at < 5; at += 1) {
    text += letters[rest % letters.length];
    rest = Math.floor(rest / letters.length);
  }
  return text;
}
