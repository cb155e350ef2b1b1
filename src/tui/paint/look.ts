/** How cells look, as small numbers; and the shortest way from one look to another on the line. */

/** Attributes by their SGR code, in the order of their bits. Codes 22, 24 … take them back. */
const attributes = [
  { on: 1, off: 22 },
  { on: 2, off: 22 },
  { on: 3, off: 23 },
  { on: 4, off: 24 },
  { on: 7, off: 27 },
  { on: 9, off: 29 },
] as const;

interface Look {
  /** Bits by place in `attributes`. */
  readonly flags: number;
  /** SGR parameters, e.g. "31" or "38;5;80"; '' = the terminal's own. */
  readonly ink: string;
  readonly paper: string;
}

/** The terminal's own look. */
export const plainLook = 0;

/** Bits that draw something in a blank cell: underlined, reversed, struck. */
const seenOnBlanks = 0b111000;

const looks: Look[] = [{ flags: 0, ink: '', paper: '' }];
const numbers = new Map<string, number>([['0||', plainLook]]);
const afterSequence = new Map<string, number>();
const ways = new Map<number, string>();
const onBlanks: number[] = [];
/** Themes know a few dozen looks; the bound only keeps the key of `ways` whole. */
const mostLooks = 4096;

/** The look after `ESC [ parameters m` (ECMA-48 §8.3.117) was met in look `from`. */
export function lookAfter(from: number, parameters: string): number {
  const key = `${from} ${parameters}`;
  const known = afterSequence.get(key);
  if (known !== undefined) return known;
  const look = number(applied(looks[from] ?? plain(), parameters.split(';')));
  afterSequence.set(key, look);
  return look;
}

/** What of a look is seen in a blank cell: its background, unless a line is drawn or the colours are reversed. */
export function lookOfBlank(look: number): number {
  const known = onBlanks[look];
  if (known !== undefined) return known;
  const { flags, paper } = looks[look] ?? plain();
  const seen = flags & seenOnBlanks ? look : number({ flags: 0, ink: '', paper });
  onBlanks[look] = seen;
  return seen;
}

/** The shortest sequence from one look to the other; '' between equals. */
export function wayTo(from: number, to: number): string {
  if (from === to) return '';
  const key = from * mostLooks + to;
  let way = ways.get(key);
  if (way === undefined) {
    const a = looks[from] ?? plain();
    const b = looks[to] ?? plain();
    const anew = `\x1b[${to === plainLook ? '' : ['0', ...onCodes(b, a, true)].join(';')}m`;
    const steps = `\x1b[${[...offCodes(a, b), ...onCodes(b, a, false)].join(';')}m`;
    way = steps.length < anew.length ? steps : anew;
    ways.set(key, way);
  }
  return way;
}

function plain(): Look {
  return { flags: 0, ink: '', paper: '' };
}

function number(look: Look): number {
  const key = `${look.flags}|${look.ink}|${look.paper}`;
  const known = numbers.get(key);
  if (known !== undefined) return known;
  if (looks.length >= mostLooks) return plainLook;
  looks.push(look);
  numbers.set(key, looks.length - 1);
  return looks.length - 1;
}

function applied(look: Look, parameters: readonly string[]): Look {
  let { flags, ink, paper } = look;
  for (let i = 0; i < parameters.length; i += 1) {
    const code = Number(parameters[i]);
    const bit = attributes.findIndex(({ on }) => on === code);
    if (code === 0) ({ flags, ink, paper } = plain());
    else if (bit !== -1) flags |= 1 << bit;
    else if (code === 38 || code === 48) {
      // 38;5;N or 38;2;R;G;B
      const length = parameters[i + 1] === '5' ? 3 : 5;
      const colour = parameters.slice(i, i + length).join(';');
      if (code === 38) ink = colour;
      else paper = colour;
      i += length - 1;
    } else if (code === 39) ink = '';
    else if (code === 49) paper = '';
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) ink = String(code);
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) paper = String(code);
    else {
      for (const [at, { off }] of attributes.entries()) if (off === code) flags &= ~(1 << at);
    }
  }
  return { flags, ink, paper };
}

/** Codes that turn on what `to` has and `from` has not, or all that `to` has. */
function onCodes(to: Look, from: Look, all: boolean): string[] {
  // Taking bold back takes dim back, too: whichever stays must be said again.
  const shaken = attributes.some(({ off }, at) => off === 22 && from.flags & ~to.flags & (1 << at)) ? 3 : 0;
  const missing = all ? to.flags : (to.flags & ~from.flags) | (to.flags & shaken);
  return [
    ...attributes.flatMap(({ on }, at) => (missing & (1 << at) ? [String(on)] : [])),
    ...(to.ink !== '' && (all || to.ink !== from.ink) ? [to.ink] : []),
    ...(to.paper !== '' && (all || to.paper !== from.paper) ? [to.paper] : []),
  ];
}

function offCodes(from: Look, to: Look): string[] {
  const gone = from.flags & ~to.flags;
  return [
    ...new Set(attributes.flatMap(({ off }, at) => (gone & (1 << at) ? [String(off)] : []))),
    ...(from.ink !== '' && to.ink === '' ? ['39'] : []),
    ...(from.paper !== '' && to.paper === '' ? ['49'] : []),
  ];
}
