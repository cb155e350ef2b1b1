/** The rows of a list: where they come from, which of them pass, in which order, and what moved in them. */
import type { StoredRow } from '../../store/store.ts';
import type { TableNeed, ViewContext } from '../view.ts';
import { createDeltas, type Marks } from './deltas.ts';
import type { ListSpec } from './list-spec.ts';
import type { ListState } from './list-state.ts';
import { createPin } from './pin.ts';
import { createRowOrder } from './row-order.ts';
import { type ShownRows, stretchOf } from './row-source.ts';
import { createRowTests } from './row-test.ts';
import { createSided } from './sides.ts';

export interface ListRows {
  readonly asksAgents: boolean;
  readonly filtersAt: 'agents' | 'terminal';
  readonly isSummary: boolean;
  /** It shows what is of a stretch of time, and nothing else. */
  isOfStretch(state: ListState): boolean;
  /** Rows as they came, of both sides: what a pause keeps. */
  taken(state: ListState): ShownRows;
  /** Rows before any are filtered away. */
  all(state: ListState): ShownRows;
  /** Rows that pass, sorted. */
  shown(state: ListState): readonly StoredRow[];
  /** What moved in a row on the screen. */
  marks(state: ListState, stored: StoredRow): Marks | undefined;
  /** @param filter as far as the person is done with it */
  needs(state: ListState, filter: string): readonly TableNeed[];
  /** The list is about another stretch of time now. */
  forget(): void;
}

export function createListRows(context: ViewContext, spec: ListSpec): ListRows {
  const source = spec.source();
  const order = createRowOrder(spec.table, { given: source.isByTime ? 'arrival' : 'any' });
  const testOf = createRowTests(spec.table, spec.failures.filter);
  const pinned = createPin();
  const deltas = createDeltas(spec.table);
  const namespaces = () => (spec.allNamespaces ? noNames : context.namespaces());

  const sided = spec.sides && createSided(spec.sides);
  const taken = (state: ListState) => state.frozen ?? source.take(context.snapshot(), state.time);
  const all = (state: ListState): ShownRows => {
    const { rows, received } = taken(state);
    return { rows: sided ? sided(rows, state.side) : rows, received };
  };
  return {
    asksAgents: source.asksAgents,
    filtersAt: source.filtersAt,
    isSummary: source.isSummary,
    isOfStretch: ({ time }) =>
      source.isSummary || stretchOf(time, context.snapshot(), source.isRecent ?? false) !== undefined,
    taken,
    all,
    shown(state) {
      const { filter, failuresOnly } = state;
      const { rows } = all(state);
      if (source.isSummary) deltas.see(rows);
      const sorted = order.select(rows, testOf({ filter, failuresOnly, namespaces: namespaces() }), state.sort);
      return source.isSummary ? pinned(sorted, state.cursor) : sorted;
    },
    marks(state, stored) {
      if (!source.isSummary) return undefined;
      const marks = deltas.of(stored);
      // In the column one sorts by, every tick that moves a row would say so twice.
      if (!marks?.has(state.sort.column)) return marks;
      const rest = new Map([...marks].filter(([id]) => id !== state.sort.column));
      return rest.size > 0 ? rest : undefined;
    },
    needs: (state, filter) => {
      const isElsewhere = state.time.kind !== 'live' && !state.frozen;
      return source.needs({
        filter,
        failuresOnly: state.failuresOnly,
        namespaces: namespaces(),
        window: isElsewhere ? stretchOf(state.time, context.snapshot(), false) : undefined,
        rowsStand: !state.filter?.needsPayload,
      });
    },
    forget: deltas.forget,
  };
}

const noNames: ReadonlySet<string> = new Set();
