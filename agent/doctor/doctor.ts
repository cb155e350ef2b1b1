import { checkCgroup2 } from './checks/cgroup.ts';
import { checkArchitecture, checkKernel, checkLockdown } from './checks/kernel.ts';
import { checkNamespaces } from './checks/namespaces.ts';
import { checkMemlock, checkPrivileges } from './checks/privileges.ts';
import { checkAddon, checkObject, checkPrograms } from './checks/programs.ts';
import { checkTerminal } from './checks/terminal.ts';
import { checkBpftool, checkNode, checkToolchain } from './checks/toolchain.ts';
import { type Machine, thisMachine } from './machine.ts';
import type { Check, DoctorReport } from './report.ts';

/**
 * Looks at everything Kelpie stands on and says of each what is there and what to do. Leaves nothing behind; takes
 * some 200 ms, most of it the kernel's verifier. Never throws: what cannot be looked at is a failed check.
 */
export async function runDoctor(machine: Machine = thisMachine()): Promise<DoctorReport> {
  const checks = [...captureChecks(machine), ...(isImage(machine) ? [] : otherChecks(machine))];
  return {
    captureWorks: !checks.some(({ group, status }) => group === 'capture' && status === 'fail'),
    host: { name: machine.hostname, kernel: machine.kernel, arch: machine.arch },
    checks,
  };
}

/** The agent's image says so of itself (deploy/image/Dockerfile): nothing is built, demonstrated or drawn there. */
const isImage = ({ env }: Machine): boolean => env.KELPIE_IMAGE === '1';

function otherChecks(machine: Machine): readonly Check[] {
  return [
    checkNode(machine),
    checkToolchain(machine),
    checkBpftool(machine),
    checkNamespaces(machine),
    ...checkTerminal(machine),
  ];
}

/** From the ground up: the first that fails is the one to look at. */
function captureChecks(machine: Machine): readonly Check[] {
  const ground = [
    checkKernel(machine),
    checkArchitecture(machine),
    ...checkLockdown(machine),
    checkCgroup2(machine),
    checkPrivileges(machine),
    ...checkMemlock(machine),
    checkAddon(),
    checkObject(),
  ];
  // Trying tells nothing new when something below is missing.
  return ground.some(({ status }) => status === 'fail') ? ground : [...ground, checkPrograms()];
}

export type Availability =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Whether live capture works here; if not, the first thing in the way, in words that fit AppError `ebpf-unavailable`. */
export async function ebpfAvailability(machine: Machine = thisMachine()): Promise<Availability> {
  const obstacle = captureChecks(machine).find(({ status }) => status === 'fail');
  if (!obstacle) return { ok: true };
  return {
    ok: false,
    reason: `${obstacle.title}: ${obstacle.found}`,
    remedy: obstacle.remedy ?? 'kelpie doctor tells more.',
  };
}
