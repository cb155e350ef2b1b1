/**
 * The `:` line: `CMD [NAMESPACE…] [/filter] [column=value…]`, as in k9s. Behind the command the order is free: a word that is a
 * namespace seen restricts to it, every other one is part of the filter.
 */
import { nearest } from '../domain/filter/suggest.ts';
import type { ViewSpec } from '../views/view.ts';
import { builtIns, readBuiltIn } from './built-ins.ts';
import { type Command, type Wrong, wrong } from './command-kinds.ts';
import { splitWords, type Word } from './command-words.ts';
import { namespacesOf, shortOf, type Vocabulary } from './vocabulary.ts';

/** Reads a command line; `text` is what follows the colon. */
export function readCommand(text: string, vocabulary: Vocabulary): Command {
  const [first, ...rest] = splitWords(text);
  if (!first) return { kind: 'nothing' };
  const builtIn = readBuiltIn(first, rest, vocabulary);
  if (builtIn) return builtIn;
  const name = first.text.toLowerCase();
  const spec = vocabulary.specs.find(({ id, aliases }) => id === name || aliases.includes(name));
  if (spec) return readArguments(spec, rest, vocabulary);
  const near = nearest(name, commandWords(vocabulary.specs));
  const hint = near ? `did you mean ${near}?` : ':alias lists the commands';
  return wrong(first, `no command "${first.text}": ${hint}`);
}

/** Every word a line can begin with: names first, aliases after them. */
export function commandWords(specs: readonly ViewSpec[]): readonly string[] {
  const all = [...specs, ...builtIns];
  return [...new Set([...all.map(({ id }) => id), ...all.flatMap(({ aliases }) => aliases)])];
}

const conjunctions = new Set(['and', 'or', 'not', '&&', '||', '!']);

function readArguments(spec: ViewSpec, words: readonly Word[], vocabulary: Vocabulary): Command {
  const chosen: string[] = [];
  let hasNamespaces = false;
  const kept: string[] = [];
  let inFilter = false;
  let before = '';
  for (const word of words) {
    const isBound = conjunctions.has(before.toLowerCase()) || /[=<>~:]$/.test(before) || /^[=<>!~]+/.test(word.text);
    // Before anything was seen anything might be a namespace: in a filter it is not.
    const isGuess = inFilter && vocabulary.namespaces.length === 0;
    const listed = isBound || isGuess ? undefined : namespacesOf(word.text, vocabulary);
    if (listed) {
      hasNamespaces = true;
      chosen.push(...listed);
      continue;
    }
    if (isTerm(word.text)) inFilter = true;
    else if (!inFilter && !isBound && !isKnown(word.text, spec, vocabulary)) return unknownWord(word, spec, vocabulary);
    kept.push(word.text);
    before = word.text;
  }
  return {
    kind: 'open',
    spec,
    namespaces: hasNamespaces ? [...new Set(chosen)] : undefined,
    argument: kept.join(' '),
  };
}

/** It begins a filter, or compares something. */
function isTerm(word: string): boolean {
  return /^[/!("]|^-l$/.test(word) || /[=<>~:]/.test(word);
}

function isKnown(word: string, spec: ViewSpec, { names }: Vocabulary): boolean {
  if (spec.words?.includes(word)) return true;
  return names.some((name) => name === word || name.endsWith(`/${word}`));
}

function unknownWord(word: Word, spec: ViewSpec, { namespaces, names }: Vocabulary): Wrong {
  const known = [...namespaces, 'all', ...(spec.words ?? []), ...names, ...names.map(shortOf)];
  const near = nearest(word.text, known);
  const hint = near ? `did you mean ${near}?` : `/${word.text} filters by it`;
  const what = spec.words ? `:${spec.id} takes no word` : 'no namespace, pod or service';
  return wrong(word, `${what} "${word.text}": ${hint}`);
}
