/** How much memory the terminal's short-lived objects take. */
import v8 from 'node:v8';

/** Large enough that rows of a tick die young; V8's own bound would be 128 MiB. */
const enoughBytes = 8 << 20;
const lookMs = 200;

/**
 * Lets the young part of the JavaScript heap grow no further once it is large enough. Under thousands of rows a second it would grow
 * to some 110 MiB, twice of what is kept. V8 reads the bound itself at its start only, the factor by which it grows at every collection.
 * Returns what ends the looking.
 */
export function boundYoungSpace(): () => void {
  const timer = setInterval(() => {
    const young = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (young && young.space_size < enoughBytes) return;
    v8.setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(timer);
  }, lookMs).unref();
  return () => clearInterval(timer);
}
