/** What `/` edits: the filter, applied while one types, sent to the agents when one is done. */
import { parseFilter } from '../../domain/filter/parse.ts';
import { formatCount } from '../../domain/format/index.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import type { Table } from '../../domain/table.ts';
import type { Feedback } from '../../tui/prompt.tsx';
import type { TextField } from '../view.ts';
import { completeFilter } from './filter-completion.ts';
import type { ListRows } from './list-rows.ts';
import type { ListState } from './list-state.ts';

export interface FieldTools {
  readonly table: Table;
  readonly rows: ListRows;
  pods(): PodFacts;
  state(): ListState;
  set(next: ListState): void;
  /** The filter is settled. */
  done(text: string): void;
}

export interface FilterField extends TextField {
  /** Replaces the filter; returns what is wrong with it. */
  apply(text: string): string | undefined;
}

export function createFilterField({ table, rows, pods, state, set, done }: FieldTools): FilterField {
  const preview = (typed: string): Feedback => {
    const text = typed.trimEnd();
    const result = parseFilter(table, text, pods());
    if (!result.ok) return { error: result.error };
    if (text !== state().filterText) {
      set({ ...state(), filterText: text, filter: text === '' ? undefined : result.filter });
    }
    return { note: noteOf(text, result.filter.needsPayload) };
  };
  const noteOf = (text: string, needsPayload: boolean): string => {
    if (needsPayload) return 'looks into headers or bodies: the agents will answer it';
    const total = formatCount(rows.all(state()).rows.length);
    if (text === '') return `${total} rows`;
    const who = rows.filtersAt === 'agents' ? 'enter asks the agents too' : 'looked up in this terminal';
    return `${formatCount(rows.shown(state()).length)} of ${total} rows match · ${who}`;
  };
  const commit = (typed: string): boolean => {
    if (preview(typed).error) return false;
    done(typed.trimEnd());
    return true;
  };
  return {
    title: 'filter',
    get text() {
      const { filterText } = state();
      // What is typed next narrows further: it must not grow onto the last word.
      return filterText === '' ? '' : `${filterText} `;
    },
    preview,
    commit,
    complete: (text) => completeFilter(table, text, rows.all(state()).rows, pods()),
    apply(text) {
      const { error } = preview(text);
      if (error) return error.reason;
      commit(text);
      return undefined;
    },
  };
}
