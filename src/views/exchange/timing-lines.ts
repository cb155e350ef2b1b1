/** Where the time of an exchange went, as bars with the figures beside them. */
import { formatBytes, formatDuration, formatPercent } from '../../domain/format/index.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { wrapWords } from '../wrap-words.ts';
import type { BothSides } from './other-side.ts';
import { type Stretch, timeBars } from './time-bar.ts';

/** A transfer that took less of the whole than this says nothing: the answer came in one piece. */
const worthTelling = 0.005;

/** All of it as far as it is known: by both sides where both were seen, else by the one there is; words while nothing is known. */
export function timingLines(row: HttpEvent, both: BothSides | undefined, width: number, ui: Ui): readonly StyledLine[] {
  const parts = both && partsOf(both, ui.glyphs.ascii);
  if (!parts) return oneSide(row, width, ui);
  return [
    ...timeBars(parts.stretches, parts.whole, width, ui),
    ...wrapWords(parts.verdict, width - 4).map((words): StyledLine => [span(`  ${words}`, 'muted')]),
  ];
}

/** The total, and where an answer took its time to arrive, what of it was waiting and what transfer. */
function oneSide(row: HttpEvent, width: number, ui: Ui): readonly StyledLine[] {
  const { latency, ttfb } = row;
  const bars = (...stretches: readonly Stretch[]) => timeBars(stretches, latency ?? ttfb ?? 0, width, ui);
  if (latency === null) {
    if (ttfb === null) return [[span('  no complete answer yet', 'muted')]];
    return bars({ label: 'first byte', from: 0, length: ttfb, note: 'the answer is still coming' });
  }
  const side =
    row.trace_role === null
      ? []
      : wrapWords(unseen(row.trace_role), width - 4).map((words): StyledLine => [span(`  ${words}`, 'muted')]);
  const total = (note: string): Stretch => ({ label: 'total', from: 0, length: latency, note });
  if (ttfb === null) return [...bars(total('')), ...side];
  const transfer = Math.max(0, latency - ttfb);
  if (transfer <= latency * worthTelling) return [...bars(total('until the answer, which came in one piece')), ...side];
  const body = `${formatBytes(row.resp_body_size)} of body`;
  return [
    ...bars(
      { label: 'first byte', from: 0, length: ttfb, note: 'waiting for the answer' },
      { label: 'transfer', from: ttfb, length: transfer, note: body },
      total(''),
    ),
    ...side,
  ];
}

function unseen(role: string): string {
  const other = role === 'client' ? 'server' : 'client';
  return `as the ${role}'s socket saw it; the ${other}'s is not here (not watched, or left out by the filter): the network's part is not known`;
}

export interface Parts {
  /** Nanoseconds that the client waited. */
  readonly whole: number;
  readonly stretches: readonly Stretch[];
  /** What took longest, in a sentence. */
  readonly verdict: string;
}

/** The client's time divided into network and server; undefined while one side has no complete answer. */
export function partsOf({ client, server }: BothSides, ascii = false): Parts | undefined {
  if (client.latency === null || server.latency === null) return undefined;
  const whole = client.latency;
  const atServer = Math.min(whole, server.latency);
  const network = whole - atServer;
  // One clock tells the way there from the way back; two clocks differ by more than a network takes.
  const hasOneClock = client.node === server.node;
  const there = hasOneClock ? Math.max(0, Math.min(network, Number(server.time_ - client.time_))) : network / 2;
  const worked = Math.min(atServer, server.ttfb ?? atServer);
  const rest = atServer - worked;
  const isUpload = server.req_body_size > server.resp_body_size;
  const upload = isUpload ? rest : 0;
  const transfer = isUpload ? 0 : rest;
  const half = hasOneClock ? '' : 'half: two clocks cannot tell';
  const all: readonly Stretch[] = [
    { label: 'client waited', from: 0, length: whole, note: 'from first to last byte', token: 'text' },
    { label: 'network there', from: 0, length: there, note: half, token: 'info' },
    { label: 'request', from: there, length: upload, note: `${formatBytes(server.req_body_size)} of body arriving` },
    { label: 'server worked', from: there + upload, length: worked, note: 'until its first byte', token: 'warning' },
    {
      label: 'answer',
      from: there + upload + worked,
      length: transfer,
      note: `${formatBytes(server.resp_body_size)} of body sent`,
    },
    { label: 'network back', from: whole - (network - there), length: network - there, note: half, token: 'info' },
  ];
  const isWorth = ({ label, length }: Stretch) =>
    !['request', 'answer'].includes(label) || length > whole * worthTelling;
  return { whole, stretches: all.filter(isWorth), verdict: verdictOf(whole, network, worked, rest, ascii) };
}

function verdictOf(whole: number, network: number, worked: number, rest: number, ascii: boolean): string {
  if (whole <= 0) return 'too short to divide';
  const parts = [
    { what: 'the server worked', length: worked },
    { what: 'the network took', length: network },
    { what: 'bodies took', length: rest },
  ].toSorted((a, b) => b.length - a.length);
  return parts
    .filter(({ length }) => length > 0)
    .map(({ what, length }) => `${what} ${formatDuration(length, { ascii })} (${formatPercent(length / whole)})`)
    .join(', ');
}
