/** The contract of kelpie_native.node: one function per libbpf step, no policy, no call per event. All throw NativeError or TypeError. */

/** An opened object; let go of by `close`, or with the process. */
export interface Handle {
  readonly __handle: never;
}

/** Thrown where libbpf or the kernel refuses. `errno` is positive; `log` holds libbpf's and the verifier's last lines. */
export interface NativeError extends Error {
  readonly operation: 'open' | 'configure' | 'load' | 'attach' | 'detach' | 'map' | 'cpus' | 'drain' | 'info';
  readonly errno: number;
  /** 'EPERM', 'ENOENT', … */
  readonly code: string;
  readonly log: string;
}

export interface LoadedProgram {
  readonly name: string;
  /** libbpf section name, e.g. 'cgroup_skb/ingress'. */
  readonly section: string;
  readonly id: number;
  /** Instructions the verifier walked; 0 where the kernel does not tell (before 5.16). */
  readonly verifiedInstructions: number;
}

export interface Info {
  readonly programs: readonly LoadedProgram[];
  /** Kernel memory of all maps as /proc/self/fdinfo tells it. */
  readonly mapBytes: number;
}

export interface Addon {
  /** Parses an object file, given by path or by content. Needs no privilege. */
  open(object: string | Uint8Array): Handle;
  /** Sets `max_entries` by map name (bytes for a ring buffer); before `load`. */
  configure(handle: Handle, maxEntries: Readonly<Record<string, number>>): void;
  /** Creates the maps and verifies the programs. */
  load(handle: Handle): void;
  /** Attaches to a cgroup v2 directory beside whatever is attached there. The link ends with `close` or the process. */
  attach(handle: Handle, program: string, cgroup: string): void;
  /** Ends the links of a program; nothing happens if there is none. */
  detach(handle: Handle, program: string): void;
  mapUpdate(handle: Handle, map: string, key: Uint8Array, value: Uint8Array): void;
  /** The value, one per possible CPU back to back (each 8-aligned) for per-CPU maps; undefined if there is none. */
  mapLookup(handle: Handle, map: string, key: Uint8Array): Uint8Array | undefined;
  /** False if there was none. */
  mapDelete(handle: Handle, map: string, key: Uint8Array): boolean;
  mapKeys(handle: Handle, map: string): Uint8Array[];
  /**
   * Moves records out of a ring into `into`, each as [u32 length][u32 0][length bytes, padded to 8]; returns the bytes written.
   * Stops before a record that does not fit, so none is lost; throws if `into` is too small for one record alone.
   * Segment records are cut to the payload they hold (bpf/capture/event.h): the ring has them in fixed sizes.
   */
  drain(handle: Handle, ring: string, into: Uint8Array): number;
  /**
   * Takes entries out of a hash map: their values into `into`, framed as records of `drain`; returns the bytes written. What does not
   * fit stays in the map: call again while there is less room left than for `mapBatch` entries. `into` must have room for that many.
   * Entries that programs write meanwhile may be lost: drain only maps that no program writes to now.
   */
  drainMap(handle: Handle, map: string, into: Uint8Array): number;
  info(handle: Handle): Info;
  /** Links, programs and maps go. Idempotent; every other call on the handle throws afterwards. */
  close(handle: Handle): void;
  /** Of this process' network namespace, as captured sockets have it (SO_NETNS_COOKIE, since Linux 5.14); undefined on older kernels. */
  netnsCookie(): number | undefined;
}
