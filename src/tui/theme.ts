/** Colours by meaning. Each token names its look in 16 colours first, then a finer one in 256; mono keeps bold, dim and inverse only. */

/** What a piece of text means on the screen. */
export type Token =
  | 'text'
  | 'strong'
  | 'muted'
  | 'accent'
  | 'border'
  | 'title'
  | 'titleScope'
  | 'titleCount'
  | 'titleFilter'
  | 'label'
  | 'key'
  | 'logo'
  | 'crumb'
  | 'crumbActive'
  | 'head'
  | 'headActive'
  | 'selected'
  | 'selectedCell'
  | 'suggestion'
  | 'prompt'
  | 'ok'
  | 'info'
  | 'warning'
  | 'error'
  | 'banner'
  | 'live'
  | 'paused'
  | 'match'
  | 'matchCurrent'
  | 'section'
  | 'name'
  | 'string'
  | 'number'
  | 'literal'
  | 'series1'
  | 'series2'
  | 'series3';

interface Look {
  /** Colour 0–15, or 16–255 in the finer palette. */
  readonly ink?: number;
  readonly paper?: number;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

/** 0 = no colour, 4 = the 16 colours, 8 = 256 colours. */
export type ColorDepth = 0 | 4 | 8;

export interface Theme {
  readonly depth: ColorDepth;
  /** The text in the look of the token. The text must hold no escape sequences. */
  paint(token: Token, text: string): string;
  /** The whole line as the selected one, keeping the colour of what it says. */
  paintSelected(token: Token, text: string): string;
}

type Looks = Readonly<Record<Token, readonly [sixteen: Look, fine?: Look]>>;

const looks: Looks = {
  text: [{}],
  strong: [{ bold: true }],
  muted: [{ ink: 8 }, { ink: 245 }],
  accent: [{ ink: 6 }, { ink: 80 }],
  border: [{ ink: 4 }, { ink: 67 }],
  title: [
    { ink: 14, bold: true },
    { ink: 80, bold: true },
  ],
  titleScope: [
    { ink: 13, bold: true },
    { ink: 212, bold: true },
  ],
  titleCount: [{ bold: true }, { ink: 230, bold: true }],
  titleFilter: [{ ink: 10 }, { ink: 114 }],
  label: [{ ink: 3 }, { ink: 215 }],
  key: [
    { ink: 12, bold: true },
    { ink: 75, bold: true },
  ],
  logo: [
    { ink: 6, bold: true },
    { ink: 37, bold: true },
  ],
  crumb: [
    { ink: 0, paper: 6 },
    { ink: 235, paper: 67 },
  ],
  crumbActive: [
    { ink: 0, paper: 3, bold: true },
    { ink: 235, paper: 215, bold: true },
  ],
  head: [{ bold: true }, { ink: 255, bold: true }],
  headActive: [
    { ink: 14, bold: true, underline: true },
    { ink: 80, bold: true, underline: true },
  ],
  selected: [{ inverse: true }],
  selectedCell: [{ inverse: true, bold: true, underline: true }],
  suggestion: [{ ink: 8 }, { ink: 242 }],
  prompt: [{ ink: 14 }, { ink: 80 }],
  ok: [{ ink: 2 }, { ink: 114 }],
  info: [{ ink: 6 }, { ink: 80 }],
  warning: [{ ink: 3 }, { ink: 215 }],
  error: [
    { ink: 9, bold: true },
    { ink: 203, bold: true },
  ],
  banner: [
    { ink: 15, paper: 1, bold: true },
    { ink: 231, paper: 124, bold: true },
  ],
  live: [
    { ink: 10, bold: true },
    { ink: 114, bold: true },
  ],
  paused: [
    { ink: 0, paper: 3, bold: true },
    { ink: 235, paper: 215, bold: true },
  ],
  match: [
    { ink: 0, paper: 3 },
    { ink: 235, paper: 222 },
  ],
  matchCurrent: [
    { ink: 0, paper: 10, bold: true },
    { ink: 235, paper: 208, bold: true },
  ],
  section: [
    { ink: 14, bold: true },
    { ink: 80, bold: true },
  ],
  name: [{ ink: 6 }, { ink: 110 }],
  string: [{ ink: 2 }, { ink: 150 }],
  number: [{ ink: 5 }, { ink: 176 }],
  literal: [{ ink: 3 }, { ink: 215 }],
  // Lines of a chart, from the calm one to the one that matters; each has a stroke of its own besides.
  series1: [{ ink: 6 }, { ink: 80 }],
  series2: [{ ink: 3 }, { ink: 222 }],
  series3: [{ ink: 13 }, { ink: 205 }],
};

/** Tokens that would be invisible without colour, and what they wear instead. */
const monoLooks: Partial<Record<Token, Look>> = {
  crumb: {},
  crumbActive: { inverse: true },
  banner: { inverse: true, bold: true },
  paused: { inverse: true, bold: true },
  match: { underline: true },
  matchCurrent: { inverse: true },
  error: { bold: true },
  key: { bold: true },
  section: { bold: true },
  title: { bold: true },
  muted: {},
  suggestion: { dim: true },
};

/** Builds the palette once; painting is then one concatenation. */
export function createTheme(depth: ColorDepth): Theme {
  const paints = new Map<Token, (text: string) => string>();
  const selections = new Map<Token, (text: string) => string>();
  for (const token of Object.keys(looks) as Token[]) {
    const look = lookOf(token, depth);
    paints.set(token, painter(look));
    const { ink } = look;
    const selected: Look = ink === undefined || token === 'muted' ? { inverse: true } : { ink, inverse: true };
    selections.set(token, painter(selected));
  }
  const use = (table: typeof paints, token: Token, text: string) => {
    const paint = table.get(token);
    return paint && text !== '' ? paint(text) : text;
  };
  return {
    depth,
    paint: (token, text) => use(paints, token, text),
    paintSelected: (token, text) => use(selections, token, text),
  };
}

function lookOf(token: Token, depth: ColorDepth): Look {
  const [sixteen, fine] = looks[token];
  if (depth === 8) return fine ?? sixteen;
  if (depth === 4) return sixteen;
  const { ink: _ink, paper: _paper, ...rest } = sixteen;
  return monoLooks[token] ?? rest;
}

/**
 * Select Graphic Rendition, ECMA-48 §8.3.117, with the 256-colour extension of ISO 8613-6. One sequence for each attribute, taken
 * back in reverse order: the form Ink itself writes, so that it need not read a painted line twice.
 */
function painter(look: Look): (text: string) => string {
  const codes: (readonly [open: string, close: string])[] = [];
  if (look.bold) codes.push(['1', '22']);
  if (look.dim) codes.push(['2', '22']);
  if (look.underline) codes.push(['4', '24']);
  if (look.inverse) codes.push(['7', '27']);
  if (look.ink !== undefined) codes.push([colour(look.ink, 30, 38), '39']);
  if (look.paper !== undefined) codes.push([colour(look.paper, 40, 48), '49']);
  if (codes.length === 0) return (text) => text;
  const before = codes.map(([open]) => `\x1b[${open}m`).join('');
  const after = codes
    .toReversed()
    .map(([, close]) => `\x1b[${close}m`)
    .join('');
  return (text) => before + text + after;
}

function colour(value: number, base: number, extended: number): string {
  if (value < 8) return String(base + value);
  if (value < 16) return String(base + 60 + value - 8);
  return `${extended};5;${value}`;
}
