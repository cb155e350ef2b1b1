/** Fields that records have in common. */
import { socketRole } from './layout.gen.ts';
import type { SocketRole } from './source.ts';

const roles: Readonly<Record<number, SocketRole>> = {
  [socketRole.ROLE_UNKNOWN]: 'unknown',
  [socketRole.ROLE_CLIENT]: 'client',
  [socketRole.ROLE_SERVER]: 'server',
};

/** enum socket_role; undefined for anything else. */
export function roleOf(value: number): SocketRole | undefined {
  return roles[value];
}

/** As a number: cookies, cgroup ids and nanoseconds of uptime stay below 2^53 (104 days of uptime to the nanosecond, then to two). */
export function readUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 4294967296;
}

const utf8 = new TextDecoder();

/** A task's comm: at most 15 bytes up to the first NUL, whatever a program wrote there. */
export function commText(batch: Uint8Array, at: number): string {
  const bytes = batch.subarray(at, at + 16);
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
