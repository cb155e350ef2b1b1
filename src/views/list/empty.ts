/** What an empty list says: why it is empty and what to do. */
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { Snapshot } from '../../store/store.ts';
import { clockOf } from '../time.ts';
import type { ListSpec } from './list-spec.ts';
import type { ListState } from './list-state.ts';

export interface Emptiness {
  readonly spec: ListSpec;
  readonly state: ListState;
  readonly snapshot: Snapshot;
  /** Rows before anything was filtered away. */
  readonly total: number;
  readonly namespaces: ReadonlySet<string>;
  /** A new query is under way. */
  readonly isAsking: boolean;
}

/** Lines for the middle of the screen. */
export function emptyLines({ spec, state, snapshot, total, namespaces, isAsking }: Emptiness): readonly string[] {
  const { agents } = snapshot;
  const { time } = state;
  const isFiltered = state.filterText !== '' || state.failuresOnly;
  if (isAsking && (isFiltered || time.kind !== 'live' || namespaces.size > 0)) return ['Asking the agents …'];
  if (total === 0 && snapshot.isPending?.(spec.table.id)) return ['Adding up what the agents tell …'];
  if (isFiltered && (total > 0 || time.kind === 'live')) {
    const wanted = [
      state.filterText === '' ? '' : `/${sanitizeLine(state.filterText)}`,
      state.failuresOnly ? spec.failures.title : '',
    ];
    return [
      `No row matches ${wanted.filter(Boolean).join(' and ')}: 0 of ${formatCount(total)}.`,
      state.failuresOnly
        ? 'Press ! for all outcomes, esc to clear the filter.'
        : 'Press / to change the filter, esc to clear it.',
    ];
  }
  if (namespaces.size > 0 && total > 0) {
    return [
      `No ${spec.noun} in ${[...namespaces].join(', ')}: 0 of ${formatCount(total)}.`,
      'Press 0 for all namespaces.',
    ];
  }
  if (agents.length === 0) return ['No agent yet.'];
  if (time.kind !== 'live') {
    return [
      `No ${spec.noun} between ${clockOf(time.at - time.spanMs)} and ${clockOf(time.at)}.`,
      heldText(snapshot),
      '[ and ] step through time, f goes back to now.',
    ];
  }
  if (agents.every(({ link }) => link.state === 'connecting')) return ['Connecting to the agents …'];
  if (!agents.some(({ link }) => link.state === 'connected' || link.state === 'ended')) {
    return ['No agent is reachable. Trying again by itself.', 'Press : and type agents for the reasons.'];
  }
  if (agents.every(({ link }) => link.state === 'ended')) return [`The recording has ended and held no ${spec.noun}.`];
  if (spec.nothing) return spec.nothing;
  return [`No ${spec.noun} seen yet.`, `Waiting for traffic ${placesOf(snapshot)} …`];
}

/** Where agents look: what they capture, all of a machine being its name; of many only how many they are. */
function placesOf({ agents }: Snapshot): string {
  const places = agents.flatMap(({ status }) => {
    if (!status) return [];
    const { name } = status.source;
    return [sanitizeLine(name === '' || name === '/' ? status.node : name)];
  });
  const names = [...new Set(places)];
  if (names.length === 0) return 'at the agents';
  return names.length > mostNamed ? `on ${formatCount(agents.length)} nodes` : `in ${names.join(', ')}`;
}

const mostNamed = 3;

function heldText({ held }: Snapshot): string {
  return held ? `What is held begins at ${clockOf(held.from)}.` : 'Nothing is held yet.';
}
