/** What a container has used so far and uses now; undefined where nobody tells. */
export interface Usage {
  /** Rising. */
  readonly cpuNanos?: number | undefined;
  readonly throttledNanos?: number | undefined;
  readonly readBytes?: number | undefined;
  readonly writeBytes?: number | undefined;
  readonly majorFaults?: number | undefined;
  readonly oomKills?: number | undefined;
  /** Cores; undefined = no limit. */
  readonly cpuLimit?: number | undefined;
  /** Working set, as the kubelet counts it, and anonymous memory; bytes. */
  readonly memory?: number | undefined;
  readonly anonymous?: number | undefined;
  readonly memoryLimit?: number | undefined;
  readonly threads?: number | undefined;
}

/** The first of several accounts that tells of each figure. */
export function firstKnown(...accounts: readonly (Usage | undefined)[]): Usage {
  const known: Record<string, number> = {};
  for (const account of accounts) {
    for (const [name, value] of Object.entries(account ?? {})) {
      if (value !== undefined) known[name] ??= value;
    }
  }
  return known;
}
