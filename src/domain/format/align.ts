/** Which side values of a type keep to, and which part of a long one can go. */
import type { SemanticType } from '../column.ts';

export type Align = 'left' | 'right';
export type Trim = 'end' | 'middle' | 'start';

const right = new Set<SemanticType>(['duration', 'bytes', 'byterate', 'rate', 'percent', 'count', 'port', 'status']);
/** Pods and paths tell themselves apart by both ends: the workload or the service in front, the hash or the item behind. */
const middle = new Set<SemanticType>(['endpoint', 'pod', 'service', 'owner', 'node', 'id', 'path']);

/** Numbers to the right, so that their digits line up. */
export function alignOf(type: SemanticType): Align {
  return right.has(type) ? 'right' : 'left';
}

export function trimOf(type: SemanticType): Trim {
  return middle.has(type) ? 'middle' : 'end';
}
