/** What the terminal part measures. Times in ms, bytes in bytes, CPU as a share of one core. */

export interface TerminalFigures {
  readonly columns: number;
  readonly rows: number;
  /** exec → first useful bytes on the screen, by what was started. */
  readonly starts: readonly StartFigures[];
  readonly quiet: readonly PaintFigures[];
  readonly busy: BusyFigures | undefined;
  /** Keypress → painted, by who echoes. */
  readonly keys: readonly KeyFigures[];
  /** Keys while live capture takes all that it can; undefined where there is none. */
  readonly underLoad: UnderLoadFigures | undefined;
  /** Request sent → row on the screen, with live capture; undefined where there is none. */
  readonly toScreen: readonly number[] | undefined;
  /** What could not be measured, with the reason. */
  readonly leftOut: readonly string[];
}

export interface UnderLoadFigures extends KeyFigures {
  /** Exchanges a second that the server answered meanwhile. */
  readonly answered: number;
  readonly cpuShare: number;
  /** Resident memory after, bytes. */
  readonly rss: number;
}

export interface StartFigures {
  readonly what: string;
  readonly ms: readonly number[];
}

/** A stretch in which nobody presses a key. */
export interface PaintFigures {
  readonly what: string;
  readonly seconds: number;
  readonly bytes: number;
  /** Bytes of each paint, and the fewest bytes that its change needed. */
  readonly paints: readonly { readonly bytes: number; readonly ideal: number }[];
  readonly cpuShare: number;
}

export interface BusyFigures extends PaintFigures {
  /** Rows a second that the terminal took. */
  readonly rowsPerSecond: number;
  readonly rssStart: number;
  readonly rssEnd: number;
  readonly peakRss: number;
}

export interface KeyFigures {
  readonly what: string;
  readonly ms: readonly number[];
  /** Keys whose effect was not seen within a second. */
  readonly unseen: number;
}
