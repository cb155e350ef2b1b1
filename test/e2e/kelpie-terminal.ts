/** The product in a pseudo terminal, and its screen read as a person reads it: rows, columns, frame. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { kelpieCli } from '../peers/kelpie.ts';
import { openTerminal, type PersonAtTerminal, type TerminalOptions } from '../terminal/terminal.ts';

/** `kelpie ARGS` as a person at a terminal starts it; everything it writes is recorded. */
export function openKelpie(args: readonly string[], options: TerminalOptions = {}): PersonAtTerminal {
  // A clipboard sequence is wrapped inside tmux, where these tests may run.
  const env = { TMUX: '', NO_COLOR: '', ...options.env };
  return openTerminal(process.execPath, [kelpieCli, ...args], { columns: 80, rows: 24, record: true, ...options, env });
}

/** One row of the live table; a column that is not on the screen is undefined. */
export interface ShownRow {
  readonly line: string;
  readonly time: string;
  readonly source: string;
  readonly destination: string;
  readonly method: string;
  readonly path: string;
  /** NaN while there is no answer. */
  readonly status: number;
  /** Milliseconds; NaN while in flight. */
  readonly latency: number;
}

/** The rows of the live table, top to bottom. */
export function shownRows(screen: readonly string[]): ShownRow[] {
  const at = screen.findIndex((line) => /TIME.*SOURCE.*METHOD/.test(line));
  const heading = screen[at];
  if (heading === undefined) return [];
  const left = (title: string, next: string) => [heading.indexOf(title), heading.indexOf(next)] as const;
  const end = (title: string) => {
    const found = new RegExp(`${title}[↑↓]?`).exec(heading);
    return found ? found.index + found[0].length : 0;
  };
  const [source, destination, method, path] = [
    left('SOURCE', 'DESTINATION'),
    left('DESTINATION', 'METHOD'),
    left('METHOD', 'PATH'),
    left('PATH', 'STATUS'),
  ];
  const statusEnd = end('STATUS');
  const latencyEnd = end('LATENCY');
  const rows: ShownRow[] = [];
  for (const line of screen.slice(at + 1)) {
    if (!line.startsWith('│')) break;
    const time = /\d\d:\d\d:\d\d/.exec(line)?.[0];
    if (time === undefined) continue;
    const of = ([from, to]: readonly [number, number]) => line.slice(from, to).trim();
    const figure = (to: number) => line.slice(0, to).split(' ').at(-1) ?? '';
    rows.push({
      line,
      time,
      source: of(source),
      destination: of(destination),
      method: of(method),
      // The last word of the column may be a status that is longer than its heading.
      path: line.slice(path[0], path[1]).trim(),
      status: Number.parseInt(line.slice(statusEnd - 6, statusEnd), 10),
      latency: milliseconds(figure(latencyEnd)),
    });
  }
  return rows;
}

const units: Readonly<Record<string, number>> = { ns: 1e-6, µs: 1e-3, ms: 1, s: 1000, m: 60_000 };

function milliseconds(text: string): number {
  const [, figure, unit = ''] = /^([\d.,]+)(ns|µs|ms|s|m)$/.exec(text) ?? [];
  return figure === undefined ? Number.NaN : Number(figure.replaceAll(',', '')) * (units[unit] ?? Number.NaN);
}

/** The line the cursor is on, without what marks it. */
export function cursorLine(screen: readonly string[]): string {
  return (screen.find((line) => /^│ ?[>❯]/.test(line)) ?? '').replace(/[>❯]/, ' ');
}

/** Number in the title: "http(all)[1,234]" and "[12 of 1,234]" give 1234 and 12. */
export function titleCount(screen: readonly string[]): number {
  return Number(/http\(\w+\)\[([\d,]+)/.exec(screen.join('\n'))?.[1]?.replaceAll(',', '') ?? Number.NaN);
}

/** The frame is whole: one box as wide as the screen, its sides in the first and last cell of every line. */
export function assertWhole(terminal: PersonAtTerminal): void {
  const { cols, rows, buffer } = terminal.emulator;
  const cell = (x: number, y: number) =>
    buffer.active
      .getLine(buffer.active.baseY + y)
      ?.getCell(x)
      ?.getChars() ?? '';
  const lines = terminal.screen();
  const picture = `${cols}x${rows}\n${lines.join('\n')}`;
  const top = lines.findIndex((line) => line.startsWith('╭'));
  const bottom = lines.findIndex((line) => line.startsWith('╰'));
  assert.ok(top >= 0 && bottom > top + 1, `a box in\n${picture}`);
  assert.equal(lines.filter((line) => /^[╭╰]/.test(line)).length % 2, 0, `only whole boxes in\n${picture}`);
  assert.equal(bottomOf(lines), rows - 2, `the box ends above the last line in\n${picture}`);
  for (let y = top + 1; y < rows - 2; y += 1) {
    if (lines[y]?.startsWith('╰') || lines[y]?.startsWith('╭')) continue;
    assert.equal(cell(0, y), '│', `left side of line ${y} in\n${picture}`);
    assert.equal(cell(cols - 1, y), '│', `right side of line ${y} in\n${picture}`);
  }
  assert.equal(cell(cols - 1, rows - 2), '╯', `the corner in\n${picture}`);
}

function bottomOf(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.startsWith('╰'));
}

/** The terminal is as a shell wants it: primary screen, cursor shown, no bracketed paste, no synchronized update left open. */
export function assertRestored(terminal: PersonAtTerminal): void {
  const output = terminal.output();
  assert.equal(terminal.emulator.buffer.active.type, 'normal', 'the primary screen is back');
  for (const [mode, wanted] of [
    ['25', 'h'],
    ['2004', 'l'],
    ['2026', 'l'],
    ['1000', 'l'],
  ] as const) {
    const last = output.match(new RegExp(`\\x1b\\[\\?${mode}[hl]`, 'g'))?.at(-1);
    if (last !== undefined) assert.equal(last.at(-1), wanted, `private mode ${mode} at the end`);
  }
}

/** What the terminal was told to put on the clipboard (OSC 52), newest last. */
export function clipboardOf(output: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is a control sequence that is looked for
  return Array.from(output.matchAll(/\x1b\]52;c;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)/g), ([, data = '']) =>
    Buffer.from(data, 'base64').toString('utf8'),
  );
}

/** Ids of all processes that descend from one, itself left out. */
export function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const below = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(pid: string): number {
  return Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** The agent among the processes that `pid` started. */
export function agentBelow(pid: number): number | undefined {
  return descendants(pid).find((child) => read(`/proc/${child}/cmdline`).includes('agent.js'));
}

/** One letter: R, S, T (stopped), Z; undefined when there is no such process. */
export function processState(pid: number): string | undefined {
  return /^State:\s+(\w)/m.exec(read(`/proc/${pid}/status`))?.[1];
}

/** Resident memory, bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** BPF programs and links a process holds: what must be gone from the kernel when it is. */
export function bpfHeldBy(pid: number): string[] {
  const held = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const info = read(`/proc/${pid}/fdinfo/${fd}`);
    const kind = linkOf(`/proc/${pid}/fd/${fd}`);
    const program = /^prog_id:\s+(\d+)/m.exec(info)?.[1];
    const link = /^link_id:\s+(\d+)/m.exec(info)?.[1];
    if (program !== undefined && kind.includes('bpf')) held.add(`prog ${program}`);
    if (link !== undefined) held.add(`link ${link}`);
  }
  return [...held];
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
