/** The few drawn characters the screens use, in Unicode and in plain ASCII. All are one cell wide. */

export interface Glyphs {
  /** Nothing beyond ASCII may be painted. */
  readonly ascii: boolean;
  readonly corner: readonly [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string];
  readonly horizontal: string;
  readonly vertical: string;
  readonly ellipsis: string;
  readonly ascending: string;
  readonly descending: string;
  readonly cursor: string;
  readonly bar: readonly [full: string, rest: string];
  readonly marks: {
    readonly error: string;
    readonly warning: string;
    readonly pending: string;
    readonly partial: string;
  };
  readonly dot: string;
  readonly arrow: string;
}

const unicode: Glyphs = {
  ascii: false,
  corner: ['╭', '╮', '╰', '╯'],
  horizontal: '─',
  vertical: '│',
  ellipsis: '…',
  ascending: '↑',
  descending: '↓',
  cursor: '▌',
  bar: ['█', '░'],
  marks: { error: '✗', warning: '!', pending: '…', partial: '~' },
  dot: '·',
  arrow: '→',
};

const ascii: Glyphs = {
  ascii: true,
  corner: ['+', '+', '+', '+'],
  horizontal: '-',
  vertical: '|',
  ellipsis: '~',
  ascending: '^',
  descending: 'v',
  cursor: '>',
  bar: ['#', '.'],
  marks: { error: 'x', warning: '!', pending: '.', partial: '~' },
  dot: '|',
  arrow: '>',
};

export type GlyphChoice = 'auto' | 'unicode' | 'ascii';

/** auto: Unicode where the locale says UTF-8 and the terminal is not one known for having few glyphs. */
export function chooseGlyphs(choice: GlyphChoice, env: Readonly<Record<string, string | undefined>>): Glyphs {
  if (choice !== 'auto') return choice === 'ascii' ? ascii : unicode;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  const isPoor = ['linux', 'dumb', 'vt100', 'vt220'].includes(env.TERM ?? '');
  return /utf-?8/i.test(locale) && !isPoor ? unicode : ascii;
}
