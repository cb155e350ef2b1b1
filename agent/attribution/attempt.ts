/** Processes come and go, and some are not ours to read. */
export function attempt<T, O>(look: () => T, otherwise: O): T | O {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
