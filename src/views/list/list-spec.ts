/** What a list view is: one declaration. The kit (list-view.tsx) makes the view of it; nothing else is written per list. */
import type { CaptureLevel } from '../../domain/agent-status.ts';
import type { Direction } from '../../domain/format/index.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import type { Table } from '../../domain/table.ts';
import type { StoredRow } from '../../store/store.ts';
import type { Action } from '../../tui/view.ts';
import type { TimeState } from '../time.ts';
import type { Neighbour, Opening, ViewContext } from '../view.ts';
import type { SortBy } from './row-order.ts';
import type { RowSource } from './row-source.ts';
import type { SidesSpec } from './sides.ts';

export interface ListSpec {
  /** The view's id, and what its actions' ids begin with. */
  readonly id: string;
  /** Columns, filter fields and formats are its. */
  readonly table: Table;
  /** Makes the source of the rows; each view has its own. */
  readonly source: () => RowSource;
  /** What a row is, in the plural, for sentences: "HTTP requests". */
  readonly noun: string;
  /** Group of its actions in help; default: the noun. */
  readonly group?: string;
  readonly sort: SortBy;
  readonly sorts: readonly SortKey[];
  /** What `!` leaves, in the filter language, and its title. */
  readonly failures: { readonly filter: string; readonly title: string };
  /** Columns whose severity is the row's: its mark and the colour of its bar. */
  readonly severityColumns: readonly string[];
  /** How deep what it shows shall be captured. */
  readonly level: CaptureLevel;
  /** Column that `c` copies while no column is chosen. */
  readonly copies: string;
  /** Namespaces chosen with the digits leave its rows alone. */
  readonly allNamespaces?: boolean;
  /** Filter it begins with where it is not opened with one. */
  readonly filter?: string;
  /** Said in the title behind the count: what it leaves out by itself. */
  readonly caption?: string;
  /** Its rows come from both ends of a call; `s` goes round the sides. */
  readonly sides?: SidesSpec;
  /** Enter, and `d` where nothing else describes a row. */
  readonly open: RowAction;
  /** `d`: the row in words. */
  readonly describe?: RowAction;
  /** `h`: the requests behind a row. */
  readonly requests?: (stored: StoredRow) => Opening | undefined;
  /** `l` and `t`: the course of its latency. */
  readonly latency?: (stored: StoredRow, pods: PodFacts) => Opening | undefined;
  /** The row of an agent's table that a row stands for, where the two differ: what `y` shows. */
  readonly origin?: (stored: StoredRow) => { readonly table: Table; readonly stored: StoredRow } | undefined;
  readonly actions?: (tools: ListTools) => readonly Action[];
  /** Lines for an empty list that is neither filtered nor without agents; default: "No … seen yet." */
  readonly nothing?: readonly string[];
}

export interface RowAction {
  readonly title: string;
  run(tools: ListTools, stored: StoredRow): void;
}

/** A shift-letter that sorts. */
export interface SortKey {
  readonly letter: string;
  readonly column: string;
  readonly title: string;
  /** What the first press puts in front: for figures the biggest, for names the first letter. */
  readonly first: Direction;
}

/** What a declaration can reach when a key is pressed. */
export interface ListTools {
  readonly context: ViewContext;
  /** The stretch of time shown; hand it on, so that a drill-down stays in it. */
  time(): TimeState;
  current(): StoredRow | undefined;
  /** Holds on to the row under the cursor, and moves to its neighbours from a view on top of the list. */
  readonly neighbour: Neighbour;
  grip(): void;
  /** Why an action on a row cannot be done now. */
  readonly noRow: string | undefined;
}

/** Opens a view about a row, in the stretch of time the list shows. */
export function drill(tools: ListTools, viewId: string, opening: Opening | undefined): void {
  if (!opening) return;
  tools.grip();
  tools.context.drill(viewId, { time: tools.time(), ...opening });
}
