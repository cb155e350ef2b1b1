/** What is written on the map: names cut to fit, rates, shares and latencies in few cells, marks of what is wrong. */
import type { Severity } from '../../domain/column.ts';
import { formatBytes, formatDuration, formatPercent, formatRate, severityMark } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { cellWidth, fit } from '../../tui/cells.ts';
import type { Glyphs } from '../../tui/glyphs.ts';
import type { Token } from '../../tui/theme.ts';
import type { Figures } from './figures.ts';
import type { MapEdge, MapNode } from './graph.ts';

/** A name for one line; kept whole as far as it goes, pods' names differ at their end. */
export function nameText(name: string, width: number, { ascii, ellipsis }: Glyphs): string {
  return fit(sanitizeLine(name, { ascii }) || '?', width, 'left', 'middle', ellipsis);
}

export function nameWidth(name: string, { ascii }: Glyphs): number {
  return cellWidth(sanitizeLine(name, { ascii }) || '?');
}

export function severityToken(severity: Severity, otherwise: Token): Token {
  return severity === 'bad' ? 'error' : severity === 'warn' ? 'warning' : otherwise;
}

/** One cell; a blank where nothing is wrong. */
export function markOf({ severity }: Figures, { ascii }: Glyphs): string {
  return severity === 'bad' || severity === 'warn' ? severityMark(severity, { ascii }) : ' ';
}

/** How busy: requests where there are any, else what fails, bytes or connections. */
export function loadText({ rate, failed, inBytes, outBytes, connections }: Figures): string {
  if (rate > 0) return formatRate(rate);
  if (failed > 0) return `${failed} failed`;
  if (inBytes + outBytes > 0) return `${formatBytes(inBytes + outBytes)}B/s`;
  return connections > 0 ? `${connections} conn` : '0/s';
}

export function errorsText({ errors }: Figures): string {
  return errors === undefined ? '-' : formatPercent(errors);
}

export function latencyText(nanoseconds: number | undefined, { ascii }: Glyphs): string {
  return nanoseconds === undefined ? '-' : formatDuration(nanoseconds, { ascii });
}

/** On a line: mark, load, protocol, as much as there is room for; blanks around it are the caller's. */
export function edgeLabel(edge: Pick<MapEdge, 'figures' | 'protocol'>, width: number, glyphs: Glyphs): string {
  const mark = markOf(edge.figures, glyphs).trim();
  const load = loadText(edge.figures);
  const protocol = sanitizeLine(edge.protocol, { ascii: glyphs.ascii });
  const brief = load.replace(/(\/s| failed| conn)$/, '');
  const forms = [`${mark}${load} ${protocol}`, `${mark}${load}`, `${mark}${brief}`, mark];
  return forms.find((text) => cellWidth(text) <= width) ?? '';
}

/** "frontend", with its namespace where it has one: for lists and details. */
export function fullName({ name, namespace }: Pick<MapNode, 'name' | 'namespace'>): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
