/** What the keys of a list do. */
import { addTerm, termFor } from '../../domain/filter/write.ts';
import { formatValue } from '../../domain/format/index.ts';
import type { StoredRow } from '../../store/store.ts';
import { followStart, moveTo } from '../../tui/list-cursor.ts';
import { stepTime, togglePause } from '../time.ts';
import type { ViewContext } from '../view.ts';
import type { ListMoves } from './list-actions.ts';
import type { ListDesk } from './list-desk.ts';
import { drill, type ListSpec, type ListTools } from './list-spec.ts';
import { following, growsAtEnd, inTime, sortedBy, stepColumn } from './list-state.ts';
import { nextSide } from './sides.ts';

export function createListMoves(context: ViewContext, spec: ListSpec, desk: ListDesk, tools: ListTools): ListMoves {
  const { table } = spec;
  const withCurrent = (run: (stored: StoredRow) => void) => {
    const stored = desk.current();
    if (stored) run(stored);
  };
  return {
    moveRows: desk.moveCursor,
    movePage: (pages) => desk.moveCursor(pages * Math.max(1, desk.height() - 1)),
    toStart: () =>
      desk.setCursor(
        growsAtEnd(desk.state.sort, table.time)
          ? moveTo(desk.state.cursor, desk.keys(), desk.height(), 0)
          : followStart,
      ),
    toNewest: () => {
      if (desk.state.time.kind === 'live') desk.set(following(desk.state, table.time));
      else {
        desk.goTo({ ...desk.state.time, kind: 'live' });
        desk.set(following(desk.state, table.time));
      }
    },
    moveColumn: (step) => desk.set(stepColumn(desk.state, desk.columnIds(), step)),
    open: () =>
      withCurrent((stored) => {
        desk.hold();
        spec.open.run(tools, stored);
      }),
    describe: () =>
      withCurrent((stored) => {
        desk.hold();
        spec.describe?.run(tools, stored);
      }),
    pause: () => {
      const time = togglePause(desk.state.time, context.snapshot());
      if (time.kind === 'paused') {
        const frozen = desk.rows.freeze(desk.state, desk.settledFilter, desk.isAsking);
        desk.set({ ...inTime(desk.state, time), frozen });
      } else if (desk.state.frozen && !desk.rows.isAskedAnew(desk.state)) desk.set(inTime(desk.state, time));
      else desk.goTo(time);
    },
    stepTime: (steps) => {
      const time = stepTime(desk.state.time, context.snapshot(), steps);
      if (time.kind === desk.state.time.kind && time.at === desk.state.time.at) {
        context.flash('info', steps < 0 ? 'nothing older is held' : 'this is now');
      } else desk.goTo(time);
    },
    toggleFailures: () => {
      desk.ask();
      desk.set({ ...desk.state, failuresOnly: !desk.state.failuresOnly });
    },
    turnSide: () => desk.set({ ...desk.state, side: nextSide(desk.state.side) }),
    toggleWide: () => {
      const before = desk.columnIds().join();
      desk.set({ ...desk.state, wide: !desk.state.wide });
      if (desk.columnIds().join() === before)
        context.flash('info', 'no room for more columns: a wider terminal shows them');
    },
    sort: (column, first) => desk.set(sortedBy(desk.state, column, first, table.time)),
    sortCurrent: () =>
      desk.state.column !== undefined &&
      desk.set(sortedBy(desk.state, desk.state.column, firstOf(spec, desk.state.column), table.time)),
    filterToValue: (exclude) =>
      withCurrent((stored) => {
        if (desk.state.column === undefined) return;
        const term = termFor(table, desk.state.column, stored.row[desk.state.column], exclude);
        if (term) desk.field.apply(addTerm(desk.state.filterText, term));
        else context.flash('info', 'this value is none to filter by');
      }),
    copyCell: () =>
      withCurrent(({ row }) => {
        const id = desk.state.column ?? spec.copies;
        const column = table.columns[id];
        if (column) context.copy(formatValue(column, row[id]), column.title);
      }),
    openJson: () =>
      withCurrent((stored) => {
        desk.hold();
        const origin = spec.origin ? spec.origin(stored) : { table, stored };
        if (origin) context.openJson(origin.table, origin.stored);
      }),
    openRequests: () => withCurrent((stored) => drill(tools, 'http', spec.requests?.(stored))),
    openLatency: () =>
      withCurrent((stored) => drill(tools, 'latency', spec.latency?.(stored, tools.context.snapshot().pods))),
    clearFilter: () => void desk.field.apply(''),
  };
}

/** What a sort by this column puts first. */
function firstOf({ sorts }: ListSpec, column: string): 'ascending' | 'descending' {
  return sorts.find((key) => key.column === column)?.first ?? 'descending';
}
