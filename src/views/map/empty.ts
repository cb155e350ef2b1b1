/** Why there is nothing on the map, and what to do about it. */
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { Snapshot } from '../../store/store.ts';
import type { TimeState } from '../time.ts';

export interface Emptiness {
  readonly time: TimeState;
  readonly namespaces: ReadonlySet<string>;
  /** Name of the pinned node. */
  readonly focus: string | undefined;
}

export function emptyLines(snapshot: Snapshot, { time, namespaces, focus }: Emptiness): readonly string[] {
  const { agents } = snapshot;
  if (agents.length === 0) return ['No agent yet.'];
  if (agents.every(({ link }) => link.state === 'connecting')) return ['Connecting to the agents …'];
  if (snapshot.isPending?.('edges')) return ['Adding up what the agents tell …'];
  if (focus !== undefined)
    return [
      `${sanitizeLine(focus)} neither calls nor is called in this stretch of time.`,
      'Press space or esc to see everything.',
    ];
  if (namespaces.size > 0)
    return [
      `Nothing calls into or out of ${[...namespaces].map((name) => sanitizeLine(name)).join(', ')}.`,
      'Press 0 for all namespaces.',
    ];
  if (time.kind === 'past') return ['Nothing was said in this stretch of time.', 'Press ] to go on, p for now.'];
  if (!agents.some(({ link }) => link.state === 'connected' || link.state === 'ended')) {
    return ['No agent is reachable. Trying again by itself.', 'Press : and type agents for the reasons.'];
  }
  if (agents.every(({ link }) => link.state === 'ended'))
    return ['The recording has ended and held no calls in this stretch of time.', 'Press [ to go back in it.'];
  return ['Nobody has called anybody yet.', 'The map draws itself as the pods talk.'];
}
