/** Commands of the shell itself: they open no view. */
import { nearest } from '../domain/filter/suggest.ts';
import { type Command, type SaveForm, wrong } from './command-kinds.ts';
import type { Word } from './command-words.ts';
import { readTimeMove } from './time-move.ts';
import { namespacesOf, type Vocabulary } from './vocabulary.ts';

/** For `:alias`, completion and suggestions. */
export const builtIns = [
  { id: 'quit', aliases: ['q', 'q!', 'qa', 'exit'], doc: 'Leave.' },
  {
    id: 'ns',
    aliases: ['namespace', 'namespaces'],
    doc: 'ns shop,default restricts everything to those namespaces, ns all to none; alone it lists them.',
  },
  {
    id: 'at',
    aliases: ['time'],
    doc: 'at 12:03, at 12:03:04 or at -5m goes back to what was seen then; the newest day counts.',
  },
  { id: 'last', aliases: ['span', 'window'], doc: 'last 5m shows the newest five minutes, or as much before :at.' },
  { id: 'live', aliases: ['now'], doc: 'Back to what happens now.' },
  {
    id: 'save',
    aliases: ['export', 'dump'],
    doc: 'save csv, save json or save jsonl writes the rows on screen into a file.',
  },
  { id: '-', aliases: ['back'], doc: 'The view before the last command.' },
] as const;

const forms: readonly SaveForm[] = ['csv', 'json', 'jsonl'];

/** A command of the shell, or undefined where the word is none of its own. */
export function readBuiltIn(first: Word, rest: readonly Word[], vocabulary: Vocabulary): Command | undefined {
  const name = first.text.toLowerCase();
  const builtIn = builtIns.find(({ id, aliases }) => id === name || (aliases as readonly string[]).includes(name));
  const [word, surplus] = rest;
  switch (builtIn?.id) {
    case 'quit':
      return { kind: 'quit' };
    case '-':
      return { kind: 'last' };
    case 'ns':
      return rest.length > 0 ? readNamespaces(rest, vocabulary) : listNamespaces(first, vocabulary);
    case 'save': {
      if (!word) return { kind: 'save', form: 'csv' };
      const form = forms.find((each) => each === word.text.toLowerCase());
      return form ? { kind: 'save', form } : wrong(word, `no form "${word.text}": save csv, save json or save jsonl`);
    }
    case 'at':
    case 'last':
    case 'live': {
      if (surplus) return wrong(surplus, `:${builtIn.id} takes one word`);
      const move = readTimeMove(builtIn.id, word?.text);
      const { at, length } = word ? { at: word.at, length: word.text.length } : { at: first.at, length: name.length };
      return typeof move === 'string' ? wrong(word ?? first, move) : { kind: 'time', move, at, length };
    }
    default:
      return undefined;
  }
}

function readNamespaces(words: readonly Word[], vocabulary: Vocabulary): Command {
  const names: string[] = [];
  for (const word of words) {
    const listed = namespacesOf(word.text, vocabulary);
    if (!listed) {
      const unknown = word.text.split(',').find((part) => !namespacesOf(part, vocabulary)) ?? word.text;
      const near = nearest(unknown, [...vocabulary.namespaces, 'all']);
      const seen = vocabulary.namespaces.slice(0, 6).join(', ');
      return wrong(word, `no namespace "${unknown}" was seen: ${near ? `did you mean ${near}?` : `there are ${seen}`}`);
    }
    names.push(...listed);
  }
  return { kind: 'namespaces', names: [...new Set(names)] };
}

function listNamespaces(first: Word, { specs, namespaces }: Vocabulary): Command {
  const names: readonly string[] = ['ns', 'namespace', 'namespaces'];
  const spec = specs.find(({ id, aliases }) => names.includes(id) || aliases.some((alias) => names.includes(alias)));
  if (spec) return { kind: 'open', spec, namespaces: undefined, argument: '' };
  return wrong(first, namespaces.length === 0 ? 'no namespace was seen yet' : `which? ${namespaces.join(', ')}`);
}
