/** The space between two layers: each bundle of lines turns up or down in a track of its own, so that none lies on another. */

/** Lines that turn together: from one row on the left to several on the right, or from several to one. */
export interface Net {
  readonly id: string;
  /** Rows on the left. */
  readonly from: readonly number[];
  /** Rows on the right. */
  readonly to: readonly number[];
}

/**
 * The track of each net, counted from the left; nets that go straight on have none. On a row where one net leaves and another arrives,
 * the one that leaves must turn first: the constrained left-edge algorithm of channel routing (Hashimoto, Stevens 1971). Where
 * such rows make a circle, one of them is given up and two lines share a stretch.
 */
export function assignTracks(nets: readonly Net[]): ReadonlyMap<string, number> {
  const turning = nets.filter(({ from, to }) => new Set([...from, ...to]).size > 1).sort(fewestCrossings);
  const leaving = new Map(turning.flatMap((net) => net.from.map((row) => [row, net] as const)));
  /** Nets that must turn before each. */
  const before = new Map<Net, Set<Net>>(turning.map((net) => [net, new Set()]));
  for (const net of turning) {
    for (const row of net.to) {
      const other = leaving.get(row);
      if (other && other !== net) before.get(net)?.add(other);
    }
  }
  const trackOf = new Map<string, number>();
  const tracks: (readonly [top: number, bottom: number])[][] = [];
  const open = new Set(turning);
  while (open.size > 0) {
    const net = next(open, before);
    open.delete(net);
    const first = Math.max(0, ...[...(before.get(net) ?? [])].map(({ id }) => (trackOf.get(id) ?? -1) + 1));
    const top = Math.min(...net.from, ...net.to);
    const bottom = Math.max(...net.from, ...net.to);
    let track = first;
    while (tracks[track]?.some(([from, to]) => from <= bottom && top <= to)) track += 1;
    while (tracks.length <= track) tracks.push([]);
    tracks[track]?.push([top, bottom]);
    trackOf.set(net.id, track);
  }
  return trackOf;
}

/** The first that waits for none; in a circle, the first. */
function next(open: ReadonlySet<Net>, before: ReadonlyMap<Net, ReadonlySet<Net>>): Net {
  let first: Net | undefined;
  for (const net of open) {
    first ??= net;
    let waits = false;
    for (const other of before.get(net) ?? []) if (open.has(other)) waits = true;
    if (!waits) return net;
  }
  if (!first) throw new Error('no net is open');
  return first;
}

/** Of those that go down the lowest turns first, of those that go up the highest. */
function fewestCrossings(a: Net, b: Net): number {
  const isDown = (net: Net) => mean(net.to) > mean(net.from);
  if (isDown(a) !== isDown(b)) return isDown(a) ? -1 : 1;
  const apart = mean(a.from) - mean(b.from);
  return (isDown(a) ? -apart : apart) || (a.id < b.id ? -1 : 1);
}

function mean(rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + row, 0) / Math.max(1, rows.length);
}
