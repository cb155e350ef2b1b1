/** A DNS question and what became of it, in sentences. */
import type { Row } from '../../domain/column.ts';
import { formatDuration } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { DnsEvent } from '../../domain/tables/dns-events.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';

/** Response codes in words (RFC 1035 §4.1.1). */
const meanings: Readonly<Record<string, string>> = {
  NXDOMAIN: 'there is no such name',
  SERVFAIL: 'the server could not find out',
  REFUSED: 'the server refused to answer',
  FORMERR: 'the server did not understand the question',
  NOTIMP: 'the server does not do that',
};

export function describeDns(row: Row, ui: Ui): readonly StyledLine[] {
  const query = row as DnsEvent;
  const { ascii } = ui.glyphs;
  const safe = (text: string | null) => sanitizeLine(text ?? '', { ascii });
  const asked: StyledLine = [
    span(safe(query.source), 'name'),
    span(' asked '),
    span(safe(query.destination), 'name'),
    span(' for '),
    span(`${safe(query.query_type)} ${safe(query.query_name)}`, 'strong'),
    span(` over ${query.transport}`),
  ];
  return [asked, ...outcomeLines(query, safe, ascii), ...aroundLines(query, safe)];
}

function outcomeLines(query: DnsEvent, safe: (text: string | null) => string, ascii: boolean): readonly StyledLine[] {
  const after = query.latency === null ? '' : ` after ${formatDuration(query.latency, { ascii })}`;
  const { outcome, rcode } = query;
  if (outcome === 'in-flight') return [[span('No answer yet.', 'info')]];
  if (outcome === 'unanswered') return [[span('Nobody answered.', 'error')]];
  if (outcome === 'error') {
    return [[span(`${safe(rcode)}${after}: ${meanings[rcode ?? ''] ?? 'an error'}.`, 'warning')]];
  }
  if (outcome === 'empty') {
    return [[span(`The name is there, but has no ${safe(query.query_type)} record${after}.`, 'info')]];
  }
  if (outcome === 'truncated') return [[span(`Too long for UDP${after}: to be asked again over TCP.`, 'info')]];
  const answers = safe(query.answers).split(', ').filter(Boolean);
  const ttl = query.ttl === null ? '' : `, good for ${formatDuration(query.ttl, { ascii })}`;
  return [
    [span(`${query.answer_count === 1 ? '1 record' : `${query.answer_count} records`}${after}${ttl}:`, 'ok')],
    ...answers.map((answer): StyledLine => [span(`  ${answer}`, 'string')]),
  ];
}

function aroundLines(query: DnsEvent, safe: (text: string | null) => string): readonly StyledLine[] {
  return [
    ...(query.retries > 0 ? [[span(`Asked again ${query.retries} times before that.`, 'warning')] as StyledLine] : []),
    ...(query.search_of
      ? [
          [
            span(`A try of the search list for ${safe(query.search_of)}: an absolute name ends with a dot.`, 'muted'),
          ] as StyledLine,
        ]
      : []),
    ...(query.error ? [[span(safe(query.error), 'error')] as StyledLine] : []),
  ];
}
