/** Whether a total rose with the last news; asked with the version of the news. */
export function createRiseWatch(total: () => number): (version: number) => boolean {
  let seen = { version: -1, total: 0, isRising: false };
  return (version) => {
    if (version !== seen.version) {
      const now = total();
      seen = { version, total: now, isRising: seen.version !== -1 && now > seen.total };
    }
    return seen.isRising;
  };
}
