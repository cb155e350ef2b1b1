/** What a screen is to the terminal kit: data to paint, actions to offer. Knows nothing of the product. */
import type { ReactNode } from 'react';

/** One thing a person can do. Dispatch, header hints, help and docs all derive from it. */
export interface Action {
  /** Stable id, e.g. "http.sort.latency", for user remapping. */
  readonly id: string;
  readonly title: string;
  /** Key names as `keyName` gives them: "q", "enter", "shift+l", "ctrl+f", "?". Every ctrl key needs a twin without ctrl. */
  readonly keys: readonly string[];
  /** Heading in help. */
  readonly group: string;
  /** Shown in the header's hint menu. */
  readonly hint?: boolean;
  /** Of a switch: it is on now. */
  readonly on?: boolean | undefined;
  /** Why it cannot be done now, shown to the person; undefined = it can. */
  readonly disabled?: string | undefined;
  readonly run: () => void;
}

/** Frame size in cells that a screen may fill. */
export interface Area {
  readonly width: number;
  readonly height: number;
}

/** What one screen shows in the frame. */
export interface Screen {
  /** Title on the frame's border, e.g. "http(all)[1,234]". */
  readonly title: string;
  readonly actions: readonly Action[];
  readonly body: ReactNode;
}
