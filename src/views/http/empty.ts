/** What an empty table says: why it is empty and what to do. */
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { Snapshot } from '../../store/store.ts';
import type { HttpState } from './http-state.ts';

/** Lines for the middle of the screen. `isAsking`: a new query is under way. */
export function emptyLines(state: HttpState, snapshot: Snapshot, total: number, isAsking: boolean): readonly string[] {
  const { agents } = snapshot;
  if (state.filterText !== '' || state.errorsOnly) {
    const wanted = [
      state.filterText === '' ? '' : `/${sanitizeLine(state.filterText)}`,
      state.errorsOnly ? 'errors only' : '',
    ];
    if (isAsking) return ['Asking the agents …'];
    return [
      `No row matches ${wanted.filter(Boolean).join(' and ')}: 0 of ${formatCount(total)}.`,
      state.errorsOnly
        ? 'Press ! for all outcomes, esc to clear the filter.'
        : 'Press / to change the filter, esc to clear it.',
    ];
  }
  if (agents.length === 0) return ['No agent yet.'];
  if (agents.every(({ link }) => link.state === 'connecting')) return ['Connecting to the agents …'];
  if (!agents.some(({ link }) => link.state === 'connected' || link.state === 'ended')) {
    return ['No agent is reachable. Trying again by itself.', 'Press : and type agents for the reasons.'];
  }
  if (agents.every(({ link }) => link.state === 'ended')) return ['The recording has ended and held no HTTP.'];
  const places = agents.flatMap(({ status }) => (status ? [sanitizeLine(status.source.name || status.node)] : []));
  return ['No HTTP seen yet.', `Waiting for traffic in ${places.join(', ') || 'the agents'} …`];
}
