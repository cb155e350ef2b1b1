/** Totals of connections and edges, taken from the kernel's maps once a second (event.h, "totals"). */
import type { SettingsMap } from './settings-map.ts';

export interface TotalsDrain {
  /**
   * The next batch of totals that is due at `time` into `into`: its length in bytes, 0 if there is none. `hasMore`: the pair of maps is
   * not empty yet, call again.
   */
  next(time: number, into: Uint8Array): { readonly bytes: number; readonly hasMore: boolean };
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

  return {
    next(time, into) {
      if (pending.length === 0) {
        if (time - flipped < everyNanos) return nothing;
        const pair = settings.flip();
        flipped = time;
        pending = [`flows_${pair}`, `edges_${pair}`];
        return nothing;
      }
      if (time - flipped < graceNanos) return nothing;
      for (let map = pending[0]; map !== undefined; map = pending[0]) {
        const bytes = maps.drainMap(map, into);
        if (into.length - bytes >= batchRoom) pending.shift();
        if (bytes > 0) return { bytes, hasMore: pending.length > 0 };
      }
      return nothing;
    },
  };
}
