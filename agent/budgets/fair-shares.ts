/** A limited amount shared max-min fairly: nobody gets more than a greedier one that wants more, and nothing wanted is left unused. */

/**
 * What each demand gets of `total`, and what nobody wants. Demands may be infinite.
 */
export function fairShares(
  total: number,
  demands: readonly number[],
): { readonly shares: number[]; readonly spare: number } {
  const shares = new Array<number>(demands.length).fill(0);
  const order = [...demands.keys()].sort((a, b) => (demands[a] ?? 0) - (demands[b] ?? 0));
  let left = total;
  order.forEach((at, done) => {
    const share = Math.min(demands[at] ?? 0, left / (order.length - done));
    shares[at] = share;
    left -= share;
  });
  return { shares, spare: left };
}
