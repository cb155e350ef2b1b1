/** Totals of connections and edges, taken from the kernel's maps once a second (event.h, "totals"). */
import { setTimeout as wait } from 'node:timers/promises';
import type { SettingsMap } from './settings-map.ts';

export interface TotalsDrain {
  /**
   * The next batch of totals that is due at `time` into `into`: its length in bytes, 0 if there is none. `hasMore`: the pair of maps is
   * not empty yet, call again.
   */
  next(time: number, into: Uint8Array): { readonly bytes: number; readonly hasMore: boolean };
  /** Everything that both pairs hold, in batches: resolves when there is no more, or when `signal` aborts. */
  rest(into: Uint8Array, deliver: (bytes: number) => void, signal: AbortSignal): Promise<void>;
}

export interface TotalMaps {
  /** See Addon.drainMap. */
  drainMap(map: string, into: Uint8Array): number;
}

const everyNanos = 1e9;
/** Programs that began before the pair was changed still fill the old one; none runs for nearly as long. */
const graceNanos = 5e6;
/** Addon.drainMap takes no batch into less room than this. */
const batchRoom = 512 * 200;

const nothing = { bytes: 0, hasMore: false };

/** The programs fill one pair of maps while the other is emptied, so that nothing is lost between reading and deleting. */
export function createTotalsDrain(maps: TotalMaps, settings: Pick<SettingsMap, 'flip'>, began: number): TotalsDrain {
  let flipped = began;
  let pending: string[] = [];

  function turn(): void {
    const pair = settings.flip();
    pending = [`flows_${pair}`, `edges_${pair}`];
  }

  /** A batch of the pair that is not filled now; 0 if it is empty. */
  function take(into: Uint8Array): number {
    for (let map = pending[0]; map !== undefined; map = pending[0]) {
      const bytes = maps.drainMap(map, into);
      if (into.length - bytes >= batchRoom) pending.shift();
      if (bytes > 0) return bytes;
    }
    return 0;
  }

  return {
    next(time, into) {
      if (pending.length === 0) {
        if (time - flipped < everyNanos) return nothing;
        turn();
        flipped = time;
        return nothing;
      }
      if (time - flipped < graceNanos) return nothing;
      const bytes = take(into);
      return bytes > 0 ? { bytes, hasMore: pending.length > 0 } : nothing;
    },
    async rest(into, deliver, signal) {
      for (let pair = 0; pair < 2; pair++) {
        if (pending.length === 0) turn();
        await wait(graceNanos / 1e6);
        for (let bytes = 1; bytes > 0 && !signal.aborted; ) {
          bytes = take(into);
          if (bytes > 0) deliver(bytes);
        }
      }
    },
  };
}
