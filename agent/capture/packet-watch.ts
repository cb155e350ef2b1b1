/** The programs that see packets are attached while somebody watches: each packet of the machine pays for them. */
import type { KernelPrograms } from './kernel-programs.ts';

export interface PacketWatch {
  /**
   * Whether anything is watched from now on. Sockets that spoke while nothing was are told from those that did not by their sequence numbers
   * (bpf/capture/capture.bpf.c, missed_payload).
   *
   * @throws AppError `ebpf-unavailable`
   */
  set(isWatched: boolean): void;
  close(): void;
}

/** Who looks away for so long does not come back at once: attaching takes milliseconds. */
const defaultGraceMs = 5000;

/** `kernel` is attached, and is left so for a moment: the first to watch is about to ask. */
export function createPacketWatch(
  kernel: Pick<KernelPrograms, 'attachPackets' | 'detachPackets'>,
  graceMs = defaultGraceMs,
): PacketWatch {
  let timer: NodeJS.Timeout | undefined;

  const set = (isWatched: boolean): void => {
    if (isWatched) {
      clearTimeout(timer);
      timer = undefined;
      kernel.attachPackets();
    } else {
      timer ??= setTimeout(() => kernel.detachPackets(), graceMs).unref();
    }
  };
  set(false);

  return { set, close: () => clearTimeout(timer) };
}
