import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { toAppError } from '../../../src/domain/errors.ts';
import { cgroupMount } from '../../capture/cgroup-mount.ts';
import { startKernelPrograms } from '../../capture/kernel-programs.ts';
import type { ProgramInfo } from '../../capture/source.ts';
import { builtFile, isNativeError, loadNative } from '../../native/native.ts';
import type { Check } from '../report.ts';

/** A ring of one page: enough to see that the kernel makes one. */
const RING_BYTES = 4096;
/** Lines of the verifier's log that are worth a look: the end says what was refused. */
const LOG_LINES = 6;

/** The native addon: built, and fit for this Node. */
export function checkAddon(): Check {
  const about = { id: 'addon', group: 'capture', title: 'Native addon' } as const;
  try {
    loadNative();
    return { ...about, status: 'ok', found: 'loads' };
  } catch (error) {
    const found = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { ...about, status: 'fail', found, remedy: 'In a checkout: npm run build (needs the toolchain below)' };
  }
}

export function checkObject(): Check {
  const about = { id: 'object', group: 'capture', title: 'Kernel programs' } as const;
  if (builtFile('capture.bpf.o')) return { ...about, status: 'ok', found: 'capture.bpf.o is there' };
  return {
    ...about,
    status: 'fail',
    found: 'capture.bpf.o was not built',
    remedy: 'In a checkout: npm run build (needs the toolchain below)',
  };
}

/**
 * Whether this kernel takes the programs: loaded, attached to an empty cgroup made for this (to all where none can be made, as in a
 * container), drained once, and gone again. Nothing else tells for sure: bpf() is also refused by seccomp filters, security modules and lockdown.
 */
export function checkPrograms(): Check {
  const about = { id: 'programs', group: 'capture', title: 'Load and attach' } as const;
  const name = `kelpie-doctor-${process.pid}`;
  const mount = cgroupMount();
  let made = false;
  try {
    made = mount !== undefined && makeCgroup(join(mount, name));
    // Nothing is captured there either: nobody asks for it.
    const kernel = startKernelPrograms(made ? `/${name}` : '/', { ring: RING_BYTES });
    const { programs } = kernel;
    kernel.drain(new Uint8Array(RING_BYTES));
    kernel.close();
    return {
      ...about,
      status: 'ok',
      found: `${programs.length} programs verified, attached and detached; the ring buffer answers`,
      ...costOf(programs),
    };
  } catch (thrown) {
    return { ...about, status: 'fail', ...explain(thrown) };
  } finally {
    if (mount && made) rmdirSync(join(mount, name));
  }
}

/** False where that is not for us to do: the tree is root's, and its root directory nobody's to write into without CAP_DAC_OVERRIDE. */
function makeCgroup(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function explain(thrown: unknown): Pick<Check, 'found' | 'remedy' | 'detail'> {
  const error = toAppError(thrown);
  const cause = error.cause;
  const log = isNativeError(cause) ? cause.log.trim().split('\n').slice(-LOG_LINES).filter(Boolean) : [];
  const detail = log.length > 0 ? { detail: log } : {};
  if (error.code !== 'ebpf-unavailable') return { found: error.message, ...detail };
  const { reason, remedy } = error.context as { readonly reason: string; readonly remedy: string };
  return { found: reason, remedy, ...detail };
}

/** How long the verifier looked at each program, where the kernel tells (bpf_prog_info.verified_insns, from 5.16 on); its limit is a million. */
function costOf(programs: readonly ProgramInfo[]): Pick<Check, 'detail'> {
  const told = programs.filter(({ instructions }) => instructions > 0);
  if (told.length === 0) return {};
  return {
    detail: [`instructions verified: ${told.map(({ name, instructions }) => `${name} ${instructions}`).join(', ')}`],
  };
}
