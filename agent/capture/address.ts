/** IP addresses as text, from the bytes of a record. */

/** IPv4 dotted, IPv6 as RFC 5952 wants it; IPv4-mapped IPv6 (::ffff:a.b.c.d) as IPv4. `bytes` holds the address from `at` on, in network order. */
export function addressText(bytes: Uint8Array, at: number, family: 4 | 6): string {
  if (family === 4) return ipv4Text(bytes, at);
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[at + 2 * i] ?? 0) << 8) | (bytes[at + 2 * i + 1] ?? 0));
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) return ipv4Text(bytes, at + 12);
  return ipv6Text(groups);
}

function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** RFC 5952 section 4: lower case, no leading zeros, the first longest run of two or more zero groups as "::". */
function ipv6Text(groups: readonly number[]): string {
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, i) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  });
  return best;
}
