/** One row of the store with its headers and bodies: fetched, and fetched anew while it goes on. */

import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import type { StoredRow } from '../../store/store.ts';
import { errorText } from '../error-text.ts';
import type { ViewContext } from '../view.ts';
import type { Payload } from './sections.ts';

export interface FollowedRow {
  readonly stored: StoredRow;
  readonly payload: Payload;
  /** As the store knows it, which is newer than the fetched one while it is in flight, with its payload where that is here. */
  row(): HttpEvent;
  /** Another row from now on. */
  follow(stored: StoredRow): void;
  /** Looks whether the store has news of it. */
  refresh(): void;
}

export function createFollowedRow({ ports, snapshot, changed }: ViewContext, first: StoredRow): FollowedRow {
  let stored = first;
  let payload: Payload = { state: 'loading' };
  let known: { stored: StoredRow; payload: Payload; row: HttpEvent } | undefined;
  /** Late answers of earlier fetches are not for the row on the screen. */
  let epoch = 0;
  let seenRows: readonly StoredRow[] | undefined;

  const load = () => {
    epoch += 1;
    const mine = epoch;
    ports.fetchRow(stored.agent, httpEvents.id, String(stored.row[httpEvents.key])).then(
      (row) => mine === epoch && settle({ state: 'here', row }),
      (error: unknown) => mine === epoch && settle({ state: 'failed', reason: errorText(error) }),
    );
  };
  const settle = (next: Payload) => {
    // An update that could not be fetched must not take away what is on the screen already.
    if (next.state === 'failed' && payload.state === 'here') return;
    payload = next;
    changed();
  };
  load();
  return {
    get stored() {
      return stored;
    },
    get payload() {
      return payload;
    },
    row() {
      if (known?.stored !== stored || known.payload !== payload) {
        const fetched = payload.state === 'here' ? payload.row : {};
        known = { stored, payload, row: { ...fetched, ...stored.row } as HttpEvent };
      }
      return known.row;
    },
    follow(next) {
      stored = next;
      payload = { state: 'loading' };
      load();
    },
    refresh() {
      const { rows } = snapshot().table(httpEvents.id);
      if (rows === seenRows) return;
      seenRows = rows;
      const now = rows.findLast(({ key }) => key === stored.key);
      if (!now || now === stored) return;
      stored = now;
      load();
    },
  };
}
