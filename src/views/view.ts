/** What a view is to the shell, and what the shell gives a view. A view keeps its own state for as long as it is on the stack. */
import type { Row } from '../domain/column.ts';
import type { Table } from '../domain/table.ts';
import type { Snapshot, StoredRow } from '../store/store.ts';
import type { FlashLevel } from '../tui/flash.ts';
import type { Feedback } from '../tui/prompt.tsx';
import type { StyledLine } from '../tui/styled-line.ts';
import type { Ui } from '../tui/ui-context.tsx';
import type { Action, Area, Screen } from '../tui/view.ts';

/** Everything a view may do to the world outside; wired in src/main.tsx. */
export interface Ports {
  /** One row with its payload. Rejects with AppError `row-gone` or `agent-unreachable`. */
  fetchRow(agent: string, table: string, id: string): Promise<Row>;
  /**
   * Which rows the agents shall send from now on; may be called often. `rowsStand`: those there are may be shown until the agents
   * answer; otherwise nobody here can tell which of them match.
   */
  setQuery(table: string, filter: string, rowsStand: boolean): void;
  /** Puts text on the person's clipboard; returns why not, or undefined. */
  copy(text: string): string | undefined;
  quit(): void;
  suspend(): void;
  /** Paints everything anew. */
  repaint(): void;
}

/** What the shell gives every view. */
export interface ViewContext {
  readonly ports: Ports;
  readonly ui: Ui;
  /** What the store published last. */
  snapshot(): Snapshot;
  /** Unix ms. */
  now(): number;
  /** The view has something else to show. */
  changed(): void;
  flash(level: FlashLevel, text: string): void;
  /** Puts a view on top of the stack. */
  open(view: View): void;
  /** The same with the registered view of one row. */
  openRow(table: string, row: StoredRow, neighbour: Neighbour): void;
  /** The same with a row of any table as JSON. */
  openJson(table: Table, row: StoredRow): void;
  /** What the command line can open. */
  readonly specs: readonly ViewSpec[];
  /** Everything that can be done now, for help. */
  actions(): readonly Action[];
  /** Copies and says so. */
  copy(text: string, what: string): void;
}

/** A text a view lets the person edit with `/`. */
export interface TextField {
  /** "filter" or "search". */
  readonly title: string;
  readonly text: string;
  /** Applies the text as far as it makes sense and says what it means. */
  preview(text: string): Feedback;
  /** The person is done; false = the text is wrong, keep editing. */
  commit(text: string): boolean;
  /** Whole lines the text could become. */
  complete(text: string): readonly string[];
}

export interface ViewScreen extends Screen {
  /** Title with its meaning; `title` is the same in plain text. */
  readonly heading: StyledLine;
}

export interface View {
  readonly id: string;
  /** Its name in the trail at the foot. */
  readonly crumb: string;
  screen(area: Area): ViewScreen;
  /** As they are now; asked for on every key. */
  actions(): readonly Action[];
  readonly field?: TextField | undefined;
  /** What follows the view's name on the command line. Returns what is wrong with it. */
  accept?(argument: string): string | undefined;
  /** Esc: takes back one thing (a filter, a search); false = nothing to take back, leave. */
  back?(): boolean;
  /** LIVE, PAUSED …, for the header. */
  state?(): StyledLine;
}

/** Moves the list below to its next (1) or previous (-1) row and tells which that is. */
export type Neighbour = (step: number) => StoredRow | undefined;

/** The view of one row of a table, opened from a list of them. */
export interface RowViewSpec {
  /** Id of the table whose rows it shows. */
  readonly table: string;
  create(context: ViewContext, row: StoredRow, neighbour: Neighbour): View;
}

/** The view of a row of any table as JSON. */
export interface JsonViewSpec {
  create(context: ViewContext, table: Table, row: StoredRow): View;
}

/** A view the command line can open. */
export interface ViewSpec {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly doc: string;
  create(context: ViewContext): View;
}
