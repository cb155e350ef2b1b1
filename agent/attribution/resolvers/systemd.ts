/** systemd's layout: the innermost service or scope of a path names what runs there (systemd.unit(5)). */
import type { WorkloadResolver } from '../workload.ts';

const unit = /\.(?:service|scope|slice)$/;
const inner = /\.(?:service|scope)$/;

export const systemd: WorkloadResolver = (path) => {
  const parts = path.split('/').filter((part) => unit.test(part));
  const name = parts.findLast((part) => inner.test(part)) ?? parts.at(-1);
  return name ? { namespace: null, pod: null, container: null, unit: unescapeUnit(name) } : undefined;
};

/** systemd writes characters that unit names cannot hold as \xNN. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
