import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkCgroup2 } from './checks/cgroup.ts';
import { checkArchitecture, checkKernel, checkLockdown } from './checks/kernel.ts';
import { checkNamespaces } from './checks/namespaces.ts';
import { checkMemlock, checkPrivileges } from './checks/privileges.ts';
import { checkTerminal } from './checks/terminal.ts';
import { checkNode, checkToolchain } from './checks/toolchain.ts';
import { ebpfAvailability, runDoctor } from './doctor.ts';
import type { Machine } from './machine.ts';
import { renderText } from './render.ts';
import type { Check } from './report.ts';

/** A machine on which only what a test says is there. */
function machine(
  facts: Partial<Machine> & {
    readonly files?: Readonly<Record<string, string>>;
    readonly programs?: readonly string[];
  } = {},
): Machine {
  const { files = {}, programs = [] } = facts;
  return {
    hostname: 'test',
    kernel: '6.1.0-18-amd64',
    arch: 'x64',
    nodeVersion: '24.1.0',
    env: {},
    terminal: { isTTY: true, columns: 120, rows: 40, colors: 2 ** 24 },
    read: (path) => files[path],
    exists: (path) => path in files,
    run: (command) => (programs.includes(command) ? { ok: true, output: `${command} version 1.2.3` } : undefined),
    ...facts,
  };
}

const status = ({ status }: Check) => status;
const capabilities = (bits: string, uid = 0) => ({
  '/proc/self/status': `Uid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapEff:\t${bits}\n`,
});

describe('the kernel', () => {
  for (const [kernel, expected] of [
    ['4.19.0', 'fail'],
    ['5.4.0-150-generic', 'fail'],
    ['5.8.0', 'warn'],
    ['5.10.0-28-amd64', 'ok'],
    ['6.18.44', 'ok'],
    ['10.0', 'ok'],
  ] as const)
    test(`${kernel} is ${expected}`, () => assert.equal(status(checkKernel(machine({ kernel }))), expected));

  test('an untried architecture is only a warning', () => {
    assert.equal(status(checkArchitecture(machine({ arch: 'riscv64' }))), 'warn');
  });

  test('lockdown is told when it is on', () => {
    const lockdown = (mode: string) => checkLockdown(machine({ files: { '/sys/kernel/security/lockdown': mode } }));
    assert.deepEqual(lockdown('[none] integrity confidentiality\n'), []);
    assert.match(lockdown('none [integrity] confidentiality\n')[0]?.found ?? '', /^integrity/);
  });

  test('the locked-memory limit counts before 5.11', () => {
    const limits = (kernel: string) =>
      checkMemlock(
        machine({
          kernel,
          files: { '/proc/self/limits': 'Max locked memory         65536                65536                bytes\n' },
        }),
      );
    assert.equal(limits('5.10.0')[0]?.status, 'warn');
    assert.deepEqual(limits('5.11.0'), []);
  });
});

describe('cgroup v2', () => {
  const v1 = '25 24 0:22 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu';
  const v2 = '29 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw';
  const check = (mountinfo: string, filesystems = 'nodev\tcgroup2\n') =>
    checkCgroup2(machine({ files: { '/proc/self/mountinfo': mountinfo, '/proc/filesystems': filesystems } }));

  test('says where it is, and that v1 is beside it', () => {
    assert.equal(check(`${v1}\n${v2}`).found, '/sys/fs/cgroup/unified (hybrid: v1 controllers beside it)');
    assert.equal(check(v2).found, '/sys/fs/cgroup/unified');
  });

  test('not mounted: says how to mount it', () => {
    assert.equal(check(v1).status, 'fail');
    assert.match(check(v1).remedy ?? '', /mount -t cgroup2 none \/sys\/fs\/cgroup\/unified/);
  });

  test('unknown to the kernel: does not send people to mount it', () => {
    assert.doesNotMatch(check(v1, 'nodev\tcgroup\n').remedy ?? '', /mount -t/);
  });
});

describe('privileges', () => {
  const check = (bits: string, uid = 0) => checkPrivileges(machine({ files: capabilities(bits, uid) }));

  test('root has them', () => assert.equal(check('000001ffffffffff').found, 'root'));
  test('CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are enough', () =>
    assert.equal(check('000000c000001000', 1000).status, 'ok'));
  test('without CAP_PERFMON the kernel refuses the programs', () =>
    assert.match(check('0000008000001000', 1000).found, /without CAP_PERFMON$/));
  test('CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON', () =>
    assert.equal(check('0000000000201000', 1000).status, 'ok'));
  test('a plain user is told to be root', () => assert.match(check('0000000000000000', 1000).remedy ?? '', /sudo/));
  test('root in a plain container is told which capabilities are missing', () => {
    const { found, remedy } = check('00000000a80425fb');
    assert.match(found, /without CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN/);
    assert.match(remedy ?? '', /--cap-add/);
  });
});

describe('what a checkout needs', () => {
  test('names the missing packages in one line to paste', () => {
    const { status, remedy } = checkToolchain(
      machine({ programs: ['cc', 'make'], files: { '/usr/include/zlib.h': '' } }),
    );
    assert.equal(status, 'warn');
    assert.equal(remedy, 'apt-get install clang llvm libbpf-dev libelf-dev');
  });
  test('an old Node fails', () => assert.equal(status(checkNode(machine({ nodeVersion: '20.20.2' }))), 'fail'));
  test('no ip command: says where it is', () =>
    assert.equal(checkNamespaces(machine()).remedy, 'apt-get install iproute2'));
});

describe('the terminal', () => {
  const found = (facts: Partial<Machine>, id: string) => checkTerminal(machine(facts)).find((check) => check.id === id);

  test('an ASCII locale, few colours and a small window are warnings', () => {
    assert.equal(found({ env: { LANG: 'C' } }, 'locale')?.status, 'warn');
    assert.equal(found({ env: { LC_ALL: 'C', LANG: 'en_US.UTF-8' } }, 'locale')?.status, 'warn');
    assert.equal(found({ env: { LANG: 'en_US.UTF-8' } }, 'locale')?.status, 'ok');
    const small = { isTTY: true, columns: 20, rows: 5, colors: 16 };
    assert.equal(found({ terminal: small }, 'terminal')?.status, 'warn');
    assert.equal(found({ terminal: small }, 'colors')?.status, 'warn');
    assert.equal(found({ terminal: small, env: { NO_COLOR: '1' } }, 'colors')?.status, 'ok');
  });

  test('tmux that holds ESC back is told how not to', () => {
    const run = () => ({ ok: true, output: '500' });
    assert.match(found({ env: { TMUX: '/tmp/x' }, run }, 'tmux')?.remedy ?? '', /escape-time 10/);
  });
});

test('in the image it looks at capturing alone', async () => {
  const groups = async (env: Machine['env']) => {
    const { checks } = await runDoctor(machine({ kernel: '4.19.0', env }));
    return [...new Set(checks.map(({ group }) => group))];
  };
  assert.deepEqual(await groups({ KELPIE_IMAGE: '1' }), ['capture']);
  assert.deepEqual(await groups({}), ['capture', 'build', 'demo', 'terminal']);
});

test('availability names the first obstacle and its remedy', async () => {
  const answer = await ebpfAvailability(machine({ kernel: '4.19.0' }));
  assert.ok(!answer.ok);
  assert.equal(answer.reason, 'Kernel: Linux 4.19.0');
  assert.match(answer.remedy, /5\.8/);
});

test('the text shows evidence and remedy under the check, and colours only when asked', () => {
  const check: Check = {
    id: 'x',
    group: 'capture',
    title: 'Load',
    status: 'fail',
    found: 'refused',
    detail: ['R1 invalid'],
    remedy: 'do this',
  };
  const report = { captureWorks: false, host: { name: 'h', kernel: 'k', arch: 'a' }, checks: [check] };
  const plain = renderText(report, false).join('\n');
  assert.match(plain, / {2}fail {2}Load {2}refused\n\s+\| R1 invalid\n\s+→ do this/);
  assert.ok(!plain.includes('\x1b'));
  assert.ok(renderText(report, true).join('\n').includes('\x1b[31mfail'));
});
