import type { Check, CheckGroup, CheckStatus, DoctorReport } from './report.ts';

const groups: Readonly<Record<CheckGroup, string>> = {
  capture: 'Live capture',
  build: 'Building from a checkout',
  demo: 'Demo',
  terminal: 'Terminal',
};

/** SGR codes: green, yellow, red. */
const colors: Readonly<Record<CheckStatus, number>> = { ok: 32, warn: 33, fail: 31 };

/** Lines for a person; `color` adds SGR sequences. */
export function renderText({ host, checks, captureWorks }: DoctorReport, color: boolean): readonly string[] {
  const width = Math.max(...checks.map(({ title }) => title.length));
  const paint = (status: CheckStatus) => {
    const word = status.padEnd(4);
    return color ? `\x1b[${colors[status]}m${word}\x1b[0m` : word;
  };
  const lines = ({ status, title, found, detail = [], remedy }: Check) => [
    `  ${paint(status)}  ${title.padEnd(width)}  ${found}`,
    ...detail.map((line) => `        ${''.padEnd(width)}  | ${line}`),
    ...(remedy ? [`        ${''.padEnd(width)}  → ${remedy}`] : []),
  ];
  const sections = Object.entries(groups).flatMap(([group, title]) => {
    const members = checks.filter((check) => check.group === group);
    return members.length === 0 ? [] : ['', title, ...members.flatMap(lines)];
  });
  return [`${host.name}, Linux ${host.kernel}, ${host.arch}`, ...sections, '', verdict(checks, captureWorks)];
}

function verdict(checks: readonly Check[], captureWorks: boolean): string {
  if (captureWorks) return 'Live capture works here.';
  const first = checks.find(({ group, status }) => group === 'capture' && status === 'fail');
  return `Live capture does not work here: ${first?.title} ${first?.found}. \`kelpie replay\` and \`kelpie --agents\` do.`;
}

/** One JSON document; the shape is DoctorReport. */
export function renderJson(report: DoctorReport): string {
  return JSON.stringify(report, undefined, 2);
}
