/** The rows of a list: where they come from, which of them pass, in which order, and what moved in them. */
import type { StoredRow, TimeWindow } from '../../store/store.ts';
import type { TableNeed, ViewContext } from '../view.ts';
import type { Question } from './agent-filter.ts';
import { createDeltas, type Marks } from './deltas.ts';
import type { ListSpec } from './list-spec.ts';
import type { ListState } from './list-state.ts';
import { createBeside, type FrozenRows, freeze, questionOf } from './paused-rows.ts';
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
  /**
   * Rows as they came, of both sides, as a pause keeps them.
   *
   * @param isAsking the agents are still telling what they hold: it comes in beside the rows that stand, and is not new
   */
  freeze(state: ListState, filter: string, isAsking: boolean): FrozenRows;
  /** The list is paused, and the agents are asked for what is of that stretch of time. */
  isAskedAnew(state: ListState): boolean;
  /** Rows that ever came, whatever the list shows of them. */
  received(state: ListState): number;
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
  const beside = createBeside(spec.table);
  const askedAnew = new WeakSet<FrozenRows>();
  const isAskedAnew = ({ frozen }: ListState) => frozen !== undefined && askedAnew.has(frozen);
  const taken = (state: ListState): ShownRows => {
    const { frozen, filter, time } = state;
    if (!frozen) return source.take(context.snapshot(), time);
    if (!isAskedAnew(state)) return frozen;
    const { from, to } = frozen.window;
    const come = source.take(context.snapshot(), { kind: 'paused', at: to, spanMs: to - from });
    // Whether what stands passes a filter that looks into payloads only the agents know: they tell of those that do.
    return filter?.needsPayload ? come : beside(frozen, come);
  };
  const all = (state: ListState): ShownRows => {
    const { rows, received } = taken(state);
    return { rows: sided ? sided(rows, state.side) : rows, received };
  };
  const questionAt = (state: ListState, filter: string, window: TimeWindow | undefined): Question => ({
    filter,
    failuresOnly: state.failuresOnly,
    namespaces: namespaces(),
    window,
    rowsStand: !state.filter?.needsPayload,
  });
  return {
    asksAgents: source.asksAgents,
    filtersAt: source.filtersAt,
    isSummary: source.isSummary,
    isOfStretch: ({ time }) =>
      source.isSummary || stretchOf(time, context.snapshot(), source.isRecent ?? false) !== undefined,
    freeze(state, filter, isAsking) {
      const { time } = state;
      const snapshot = context.snapshot();
      const from = stretchOf(time, snapshot, source.isRecent ?? false)?.from ?? 0;
      const needs = source.needs(questionAt(state, filter, undefined));
      const frozen = freeze(spec.table, taken(state), needs, { from, at: snapshot.held?.to, now: snapshot.time });
      if (isAsking) askedAnew.add(frozen);
      return frozen;
    },
    isAskedAnew,
    received: ({ time }) => source.take(context.snapshot(), time).received,
    all,
    shown(state) {
      const { filter, failuresOnly } = state;
      const { rows } = all(state);
      if (source.isSummary) deltas.see(rows);
      const { changes: podChanges } = context.snapshot().pods;
      const test = testOf({ filter, failuresOnly, namespaces: namespaces(), podChanges });
      const sorted = order.select(rows, test, state.sort);
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
      const { frozen, time } = state;
      if (!frozen) {
        const window = time.kind === 'live' ? undefined : stretchOf(time, context.snapshot(), false);
        return source.needs(questionAt(state, filter, window));
      }
      const asBefore = source.needs(questionAt(state, filter, undefined));
      if (questionOf(asBefore) !== frozen.question) askedAnew.add(frozen);
      return isAskedAnew(state) ? source.needs(questionAt(state, filter, frozen.window)) : asBefore;
    },
    forget: deltas.forget,
  };
}

const noNames: ReadonlySet<string> = new Set();
