/** Keys by name. What a terminal sends as one chunk ("jjj\r" over a slow line) becomes single presses again. */

/** The parts of Ink's `Key` that matter here. */
export interface RawKey {
  readonly upArrow?: boolean;
  readonly downArrow?: boolean;
  readonly leftArrow?: boolean;
  readonly rightArrow?: boolean;
  readonly pageUp?: boolean;
  readonly pageDown?: boolean;
  readonly home?: boolean;
  readonly end?: boolean;
  readonly return?: boolean;
  readonly escape?: boolean;
  readonly ctrl?: boolean;
  readonly shift?: boolean;
  readonly tab?: boolean;
  readonly backspace?: boolean;
  readonly delete?: boolean;
  readonly meta?: boolean;
  readonly eventType?: 'press' | 'repeat' | 'release';
}

export interface KeyPress {
  /** "a", "shift+l", "ctrl+f", "enter", "esc", "up", "pagedown", "space", "?" … */
  readonly name: string;
  /** What it types into a text field; '' when it types nothing. A paste is one press with all its text. */
  readonly text: string;
}

const named: readonly (readonly [keyof RawKey, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

const escPress: KeyPress = { name: 'esc', text: '' };
/** Keys a terminal sends as one character: escape before them is a key of its own, pressed just before. */
const sentAfterEscape = new Set<keyof RawKey>(['return', 'escape', 'tab', 'backspace', 'delete']);

/** The presses behind one event of Ink's `useInput`. */
export function keyPresses(input: string, key: RawKey): readonly KeyPress[] {
  if (key.eventType === 'release') return [];
  const special = named.find(([flag]) => key[flag]);
  if (special) {
    const press = { name: modified(special[1], key), text: '' };
    return key.meta && sentAfterEscape.has(special[0]) ? [escPress, press] : [press];
  }
  if (key.ctrl)
    return input === '' ? [] : [{ name: `ctrl+${input === ' ' ? 'space' : input.toLowerCase()}`, text: '' }];
  const presses = [...input].map(ofCharacter);
  // Escape and a key pressed soon after arrive as one "alt" key: no key here needs alt, so both count.
  return key.meta && presses.length > 0 ? [escPress, ...presses] : presses;
}

function ofCharacter(character: string): KeyPress {
  if (character === '\r' || character === '\n') return { name: 'enter', text: '' };
  if (character === '\t') return { name: 'tab', text: '' };
  if (character === '\x1b') return { name: 'esc', text: '' };
  if (character === '\x7f' || character === '\b') return { name: 'backspace', text: '' };
  if (character < ' ') return { name: `ctrl+${String.fromCharCode(character.charCodeAt(0) + 96)}`, text: '' };
  if (character === ' ') return { name: 'space', text: ' ' };
  if (character >= 'A' && character <= 'Z') return { name: `shift+${character.toLowerCase()}`, text: character };
  return { name: character, text: character };
}

/** A paste as one press: line ends become spaces, other control characters go. */
export function pastePress(text: string): KeyPress {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  return { name: 'paste', text: text.replace(/[\r\n\t]+/g, ' ').replace(/[\x00-\x1f\x7f-\x9f]/g, '') };
}

function modified(name: string, key: RawKey): string {
  return `${key.ctrl ? 'ctrl+' : ''}${key.shift ? 'shift+' : ''}${name}`;
}

/** A key name as hints and help show it: "shift+l" → "L", "ctrl+f" → "ctrl-f". */
export function keyLabel(name: string): string {
  const shifted = /^shift\+([a-z])$/.exec(name)?.[1];
  return shifted ? shifted.toUpperCase() : name.replace(/\+(?=.)/g, '-');
}

const modifiers = ['ctrl', 'shift'];

/**
 * A key as people write it ("L", "ctrl-f", "Shift+Tab", "PgDn", "?") by its name here; undefined for what is no key a terminal sends.
 * Alt is none: escape and the next key look the same.
 */
export function readKeyName(text: string): string | undefined {
  if (/^[A-Z]$/.test(text)) return `shift+${text.toLowerCase()}`;
  if (text === ' ') return 'space';
  if (/^[!-~]$/.test(text)) return text;
  const parts = text.toLowerCase().split(/[+-](?=.)/);
  const last = parts.pop() ?? '';
  const name = synonyms[last] ?? last;
  if (!parts.every((part) => modifiers.includes(part)) || new Set(parts).size < parts.length) return undefined;
  const isNamed = name === 'space' || named.some(([, known]) => known === name);
  if (!isNamed && !/^[!-~]$/.test(name)) return undefined;
  // A shifted sign is another sign, and a terminal does not tell ctrl-F from ctrl-f.
  if (!isNamed && parts.includes('shift') && (parts.includes('ctrl') || !/^[a-z]$/.test(name))) return undefined;
  return [...modifiers.filter((modifier) => parts.includes(modifier)), name].join('+');
}

const synonyms: Readonly<Record<string, string>> = {
  return: 'enter',
  escape: 'esc',
  pgup: 'pageup',
  pgdn: 'pagedown',
  pgdown: 'pagedown',
  del: 'delete',
};
