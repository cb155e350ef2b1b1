/** Who a process is. */
import type { Ends } from '../capture/ends.ts';

export interface Owner {
  readonly pid: number;
  readonly comm: string;
}

export interface Processes {
  /** Name of a process as people know it; `comm` is what the kernel said of the thread that made the socket. */
  nameOf(pid: number, comm: string): string;
  /** Who holds a socket of which the kernel side did not say, because it was open before; undefined = not known (yet). */
  ownerOf(socket: Ends, cgroupPath: string | null): Owner | undefined;
}

/** Knows no more than the kernel said. */
export const kernelProcesses: Processes = {
  nameOf: (_pid, comm) => comm,
  ownerOf: () => undefined,
};
