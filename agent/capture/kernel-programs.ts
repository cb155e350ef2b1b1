/** Brings the kernel side up: object, maps, programs, links. Says in plain words why that cannot be done here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/domain/errors.ts';
import type { Addon, Handle, LoadedProgram } from '../native/addon.ts';
import { builtFile, isNativeError, loadNative } from '../native/native.ts';
import { findCgroupMount, mountRemedy } from './cgroup-mount.ts';
import type { ProgramInfo } from './source.ts';

/** The running kernel side, narrowed to what capture needs. All calls but `close` throw once it is closed. */
export interface KernelPrograms {
  /** Where cgroup v2 is mounted. */
  readonly mount: string;
  /** Those that are attached now. */
  readonly programs: readonly ProgramInfo[];
  readonly mapBytes: number;
  /** Attaches the programs that see packets, if they are not. Throws AppError 'ebpf-unavailable'. */
  attachPackets(): void;
  /** What they cost every packet of the cgroup ends; sockets are followed on, from their beginning to their end. */
  detachPackets(): void;
  update(map: string, key: Uint8Array, value: Uint8Array): void;
  remove(map: string, key: Uint8Array): void;
  lookup(map: string, key: Uint8Array): Uint8Array | undefined;
  keys(map: string): Uint8Array[];
  /** See Addon.drain. */
  drain(into: Uint8Array): number;
  /** See Addon.drainMap. */
  drainMap(map: string, into: Uint8Array): number;
  /** Detaches and frees everything. Idempotent. */
  close(): void;
}

const objectName = 'capture.bpf.o';

/** Sizes of maps by name: bytes of the ring, entries of the others. */
export type MapSizes = Readonly<Record<string, number>>;

/**
 * Loads the programs and attaches them to a cgroup v2 directory, a path below the mount.
 * Throws AppError 'ebpf-unavailable' with what is in the way and what to do about it.
 */
export function startKernelPrograms(cgroupPath: string, sizes: MapSizes): KernelPrograms {
  const addon = loadAddon();
  const object = builtFile(objectName);
  if (object === undefined) {
    throw new AppError('ebpf-unavailable', { reason: `${objectName} was not built`, remedy: buildRemedy });
  }
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  const mount = findCgroupMount(mountinfo);
  if (mount === undefined) {
    const reason = 'cgroup v2 is not mounted';
    throw new AppError('ebpf-unavailable', { reason, remedy: mountRemedy(mountinfo) });
  }
  const cgroup = join(mount, cgroupPath);
  if (!existsSync(cgroup)) {
    const remedy = `Choose a directory below ${mount} with --cgroup.`;
    throw new AppError('ebpf-unavailable', { reason: `there is no cgroup ${cgroupPath}`, remedy });
  }
  try {
    return start(addon, object, mount, cgroupPath, sizes);
  } catch (error) {
    throw explain(error);
  }
}

function start(addon: Addon, object: string, mount: string, cgroupPath: string, sizes: MapSizes): KernelPrograms {
  const handle = load(addon, object, sizes);
  try {
    const info = addon.info(handle);
    const attach = ({ name }: LoadedProgram): void => addon.attach(handle, name, join(mount, cgroupPath));
    const all = info.programs.map((program) => toInfo(program, cgroupPath));
    const seePackets = info.programs.filter(({ section }) => section.startsWith(packetSections));
    let attached = all;
    info.programs.forEach(attach);
    // Any key: what has a value per CPU can be read only where /sys tells how many there are.
    addon.mapLookup(handle, 'counters', new Uint8Array(4));
    return {
      mount,
      get programs() {
        return attached;
      },
      mapBytes: info.mapBytes,
      attachPackets() {
        if (attached === all) return;
        try {
          seePackets.forEach(attach);
        } catch (error) {
          this.detachPackets();
          throw explain(error);
        }
        attached = all;
      },
      detachPackets() {
        for (const { name } of seePackets) addon.detach(handle, name);
        attached = all.filter(({ attachType }) => !attachType.startsWith(packetSections));
      },
      update: (map, key, value) => addon.mapUpdate(handle, map, key, value),
      remove: (map, key) => void addon.mapDelete(handle, map, key),
      lookup: (map, key) => addon.mapLookup(handle, map, key),
      keys: (map) => addon.mapKeys(handle, map),
      drainMap: (map, into) => addon.drainMap(handle, map, into),
      drain: (into) => addon.drain(handle, 'ring', into),
      close: () => addon.close(handle),
    };
  } catch (error) {
    addon.close(handle);
    throw error;
  }
}

/** cgroup_skb/ingress and cgroup_skb/egress. */
const packetSections = 'cgroup_skb/';

function toInfo({ name, section, verifiedInstructions }: LoadedProgram, cgroup: string): ProgramInfo {
  return { name, attachType: section, cgroup, instructions: verifiedInstructions };
}

/** A signal that arrives while the kernel verifies a program makes it give up with EAGAIN (bpf_check); profilers send many. */
const loadAttempts = 10;

function load(addon: Addon, object: string, sizes: MapSizes): Handle {
  for (let attempt = 1; ; attempt++) {
    // An object that failed to load cannot be loaded again.
    const handle = addon.open(object);
    try {
      addon.configure(handle, sizes);
      addon.load(handle);
      return handle;
    } catch (error) {
      addon.close(handle);
      if (!isNativeError(error) || error.code !== 'EAGAIN' || attempt === loadAttempts) throw error;
    }
  }
}

const buildRemedy = 'Build it with: npm run build (needs clang and libbpf-dev).';

function loadAddon(): Addon {
  try {
    return loadNative();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('ebpf-unavailable', { reason, remedy: buildRemedy }, { cause: error });
  }
}

/** What a refusal of libbpf or the kernel means to a person. */
function explain(error: unknown): unknown {
  if (!isNativeError(error)) return error;
  const unavailable = (reason: string, remedy: string): AppError =>
    new AppError('ebpf-unavailable', { reason, remedy }, { cause: error });
  if (error.operation === 'cpus') {
    return unavailable(
      `/sys/devices/system/cpu/possible cannot be read (${error.code})`,
      'Mount sysfs on /sys, read-only is enough, and hide nothing in it.',
    );
  }
  if (error.code === 'EPERM' || (error.code === 'EACCES' && error.log === '')) {
    return unavailable(
      'no permission to load BPF programs',
      'Run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.',
    );
  }
  if (error.code === 'ENOSYS') return unavailable('this kernel has no bpf()', 'Linux 5.10 or newer is needed.');
  const detail = error.log.trim().split('\n').slice(-3).join(' | ');
  const reason = `${error.operation} failed with ${error.code}${detail === '' ? '' : `: ${detail}`}`;
  return unavailable(reason, 'Linux 5.10 or newer is needed; kelpie doctor checks the rest.');
}
