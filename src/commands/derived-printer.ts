/** Prints a derived table: figures over the time of capture once it is over, or each second as it goes. */
import type { RowQuery } from '../agent-client/client.ts';
import type { Row } from '../domain/column.ts';
import { csvHeader, csvRow, jsonLine } from '../domain/output/index.ts';
import { createStore } from '../store/create-store.ts';
import type { TimeWindow } from '../store/store.ts';
import type { GetRequest, SortOrder } from './get-request.ts';
import { type Printer, type PrinterOptions, sorted, testOf, wholeBacklog, writerOf } from './printer.ts';
import { isForeign } from './source-options.ts';

/**
 * What derived tables are worked out from. All of it for each of them: together these tables say from when to when anything is known, and
 * figures of two tables over different stretches of time could not be compared.
 */
const sources = ['pod_stats', 'edge_stats', 'endpoint_stats', 'process_stats', 'conn_stats'] as const;
const defaultSort: Readonly<Record<string, SortOrder>> = {
  flows: { column: 'sent_rate', direction: 'descending' },
};
const byRate: SortOrder = { column: 'rate', direction: 'descending' };

/** Stretch of time that --follow shows each second, ms. */
const trailingMs = 10_000;
/** The last second's summaries come after it is over, ms. */
const lastSecondMs = 2_500;
/** A recording may be longer than what a screen keeps. */
const keptMs = 24 * 3_600_000;

export function createDerivedPrinter({ request, source, output }: PrinterOptions): Printer {
  const { table, until, sinceMs, limit = Number.POSITIVE_INFINITY } = request;
  const store = createStore({ rows: 1, series: { keptMs } }, Date.now, undefined, source.pods);
  const matches = testOf(request, source.pods);
  const sort = request.sort ?? defaultSort[table.id] ?? byRate;
  const isFollowing = until.kind === 'told';
  const blocks = isFollowing ? createBlocks(request) : undefined;
  let printed = 0;
  let shown = 0;

  const rowsIn = (window: TimeWindow): readonly Row[] => {
    const rows = store.getSnapshot().derived(table.id, window);
    // Where the order says nothing, the key decides: the same figures are printed in the same order every time.
    const byKey: SortOrder = { column: table.key, direction: 'ascending' };
    const kept = sorted(request, rows.map(({ row }) => row).filter(matches), byKey);
    return sorted(request, kept, sort).slice(0, limit);
  };
  const heldWindow = (): TimeWindow | undefined => {
    store.publish();
    const { held } = store.getSnapshot();
    if (!held || sinceMs === undefined) return held;
    return { from: Math.max(held.from, held.to - sinceMs), to: held.to };
  };
  const showSecond = () => {
    store.publish();
    const { held } = store.getSnapshot();
    if (!blocks || !held || held.to === shown) return;
    shown = held.to;
    const rows = rowsIn({ from: Math.max(held.from, held.to - (sinceMs ?? trailingMs)), to: held.to });
    printed += rows.length;
    output.write(blocks.block(held.to, rows));
  };
  const timer = isFollowing ? setInterval(showSecond, 250) : undefined;
  const finish = () => {
    clearInterval(timer);
    if (blocks) return output.write(blocks.end());
    const window = heldWindow();
    const writer = writerOf(request);
    const rows = window ? rowsIn(window) : [];
    printed = rows.length;
    output.write(writer.begin() + rows.map(writer.row).join('') + writer.end());
  };

  return {
    queries: [...sources, ...(source.knowsPods?.() ? [] : ['pod_info'])].map((name): RowQuery => {
      const fromNow = !source.own && sinceMs === undefined && until.kind !== 'end';
      return {
        table: name,
        filter: '',
        payload: false,
        // Totals that rise: what they were before tells by how much. Whose a pod is is told once.
        backlog: fromNow && name !== 'conn_stats' && name !== 'pod_info' ? 0 : wholeBacklog,
        maxRowsPerSecond: 0,
        once: until.kind === 'end' && isForeign(request.source.choice),
      };
    }),
    level: table.id === 'flows' ? 'flows' : 'heads',
    take: store.apply,
    enough: new Promise(() => undefined),
    async settled() {
      const end = Math.floor(Date.now() / 1_000) * 1_000;
      const since = performance.now();
      for (;;) {
        store.publish();
        const { held } = store.getSnapshot();
        if ((held && held.to >= end) || performance.now() - since > lastSecondMs) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    finish,
    cut(isTold) {
      // Who ends a capture wants to see what it caught.
      if (isTold && until.kind !== 'end') finish();
      else clearInterval(timer);
    },
    get printed() {
      return printed;
    },
  };
}

interface Blocks {
  block(time: number, rows: readonly Row[]): string;
  end(): string;
}

/** A table a second, or rows that say of which second they are ("at"). */
function createBlocks(request: GetRequest): Blocks {
  const { table, format } = request;
  const writer = writerOf(request);
  let blocks = 0;
  let isOpen = false;
  const open = () => {
    const before = isOpen ? ',\n' : '[\n';
    isOpen = true;
    return before;
  };
  const at = (time: number) => new Date(time).toISOString();
  const lines = (time: number, rows: readonly Row[]) =>
    rows.map((row) => `{"at":"${at(time)}",${jsonLine(table, row).slice(1)}`);
  return {
    block(time, rows) {
      blocks += 1;
      const isFirst = blocks === 1;
      switch (format) {
        case 'jsonl':
          return lines(time, rows)
            .map((line) => `${line}\n`)
            .join('');
        case 'json':
          return lines(time, rows)
            .map((line) => `${open()}${line}`)
            .join('');
        case 'csv':
          return (
            (isFirst ? `at,${csvHeader(table)}` : '') + rows.map((row) => `${at(time)},${csvRow(table, row)}`).join('')
          );
        default:
          return `${isFirst ? '' : '\n'}${writer.begin()}${rows.map(writer.row).join('')}`;
      }
    },
    end: () => (format === 'json' ? `${isOpen ? '\n' : '['}]\n` : ''),
  };
}
