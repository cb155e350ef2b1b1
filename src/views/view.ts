/** What a view is to the shell, and what the shell gives a view. A view keeps its own state for as long as it is on the stack. */
import type { CaptureLevel } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import type { Table } from '../domain/table.ts';
import type { Scope, Snapshot, StoredRow } from '../store/store.ts';
import type { FlashLevel } from '../tui/flash.ts';
import type { Feedback } from '../tui/prompt.tsx';
import type { StyledLine } from '../tui/styled-line.ts';
import type { Ui } from '../tui/ui-context.tsx';
import type { Action, Area, Screen } from '../tui/view.ts';
import type { TimeState } from './time.ts';

/** Everything a view may do to the world outside; wired in src/main.tsx. */
export interface Ports {
  /** One row with its payload. Rejects with AppError `row-gone` or `agent-unreachable`. */
  fetchRow(agent: string, table: string, id: string): Promise<Row>;
  /** What the agents shall send and capture from now on, beside the summaries, which always come; may be called often. */
  want(needs: Needs): void;
  /** Puts text on the person's clipboard; returns why not, or undefined. */
  copy(text: string): string | undefined;
  /** Writes a new file in the current directory; returns its path, or why not. Never overwrites. */
  save?(name: string, text: string): { readonly path: string } | { readonly problem: string };
  quit(): void;
  suspend(): void;
  /** Paints everything anew. */
  repaint(): void;
}

/** What a view wants of the agents while it is on top. */
export interface Needs {
  /** Tables of which it shows rows, beside the summaries; each at most once. */
  readonly tables: readonly TableNeed[];
  /** How deep what it shows shall be captured. Everything else is captured as deep as the summaries need. */
  readonly level: CaptureLevel;
  /** Pods ("namespace/pod") it is about; empty = all. */
  readonly scopes: readonly string[];
}

export interface TableNeed {
  readonly table: string;
  /** Filter language, evaluated at the agents. */
  readonly filter: string;
  /** Rows there are may be shown until the agents answer; otherwise nobody here can tell which of them match. */
  readonly rowsStand: boolean;
}

/** How a view is opened from another. */
export interface Opening {
  /** Filter the view begins with; the person sees it and can change it. */
  readonly filter?: string;
  /** Stretch of time it shows; that of the view it is opened from, so that a drill-down stays in the past. */
  readonly time?: TimeState;
  /** What it is about where that is more than a filter, e.g. a chart of one edge. */
  readonly scope?: Scope;
  /** Added to its crumb, e.g. "shop/api". */
  readonly about?: string;
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
  /** Puts a new view of this registered kind on top: a drill-down. Esc comes back to this one as it was. */
  drill(viewId: string, opening: Opening): void;
  /** Namespaces chosen with the digits; empty = all. */
  namespaces(): ReadonlySet<string>;
  /** The same with the registered view of one row. */
  openRow(table: string, row: StoredRow, neighbour: Neighbour): void;
  /** The same with a row of any table as JSON. */
  openJson(table: Table, row: StoredRow): void;
  /** What the command line can open. */
  readonly specs: readonly ViewSpec[];
  /** Commands that open no view, for `:alias`. */
  readonly builtIns?: readonly Pick<ViewSpec, 'id' | 'aliases' | 'doc'>[];
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
  /**
   * What follows the view's name on the command line, namespaces taken off: filter terms, the first perhaps with a `/` before it, and
   * names of pods and services. Returns what is wrong with it.
   */
  accept?(argument: string): string | undefined;
  /** Esc: takes back one thing (a filter, a search); false = nothing to take back, leave. */
  back?(): boolean;
  /** LIVE, PAUSED …, for the header. */
  state?(): StyledLine;
  /** What it wants of the agents; asked after every change. Without it: nothing beside the summaries. */
  needs?(): Needs;
  /** The stretch of time it shows, where it can show another. `:at`, `:last`, `[` and `]` set it. */
  readonly time?: { get(): TimeState; set(time: TimeState): void };
  /** The rows it shows, in its order, for ctrl-s and `:save`; undefined where there is nothing to save now. */
  saving?(): Saving | undefined;
  /** It wants the whole screen: no header, no frame. */
  fullscreen?(): boolean;
}

/** What ctrl-s writes into a file. */
export interface Saving {
  readonly table: Table;
  readonly rows: readonly Row[];
  /** Headers and bodies are in the rows and shall be in the file. */
  readonly payload?: boolean;
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
  /** Something to look up: opened by command it comes on top of the others, anew, and goes away again. */
  readonly aside?: boolean;
  /** Words it takes on the command line beside namespaces, pods, services and filters. */
  readonly words?: readonly string[];
  /** `opening` is given where another view opens it. */
  create(context: ViewContext, opening?: Opening): View;
}
