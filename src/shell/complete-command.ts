/** What a `:` line could become: the word that is being typed, completed by its beginning first, else by letters in its order. */
import { commandWords, readCommand } from './command.ts';
import { splitWords } from './command-words.ts';
import { namespacesOf, shortOf, type Vocabulary } from './vocabulary.ts';

const most = 50;

/** Whole lines, best first. Where no word has begun there is nothing to guess. */
export function completeCommand(text: string, vocabulary: Vocabulary): readonly string[] {
  if (text.trim() === '' || /\s$/.test(text)) return [];
  const words = splitWords(text);
  const last = words.at(-1);
  if (!last) return [];
  const before = text.slice(0, last.at);
  if (words.length === 1) return rank(last.text, commandWords(vocabulary.specs)).map((word) => before + word);
  const { list, word, candidates } = argumentWords(text, last.text, vocabulary);
  return rank(word, candidates).map((found) => before + list + found);
}

/** Candidates for a word behind the command; in a list of namespaces only its last part is completed. */
function argumentWords(text: string, word: string, vocabulary: Vocabulary) {
  const { specs, namespaces, names } = vocabulary;
  const [command = ''] = text.trimStart().split(/\s/, 1);
  const known = readCommand(command, vocabulary);
  if (/^[/!("]/.test(word) || known.kind === 'time') return { list: '', word, candidates: [] };
  if (known.kind === 'save') return { list: '', word, candidates: ['csv', 'json', 'jsonl'] };
  const comma = word.lastIndexOf(',') + 1;
  if (comma > 0 && namespacesOf(word.slice(0, comma), vocabulary)) {
    return { list: word.slice(0, comma), word: word.slice(comma), candidates: namespaces };
  }
  const isNamespaces = ['ns', 'namespace', 'namespaces'].includes(command.toLowerCase());
  const spec = specs.find(({ id, aliases }) => id === command.toLowerCase() || aliases.includes(command.toLowerCase()));
  const others = isNamespaces ? [] : names;
  return { list: '', word, candidates: [...namespaces, 'all', ...(spec?.words ?? []), ...others] };
}

/** Candidates that match, best first: by beginning, by a part's beginning, anywhere, and by letters in order. */
export function rank(typed: string, candidates: readonly string[]): readonly string[] {
  const wanted = typed.toLowerCase();
  const scored = candidates.flatMap((candidate, i) => {
    const score = scoreOf(wanted, candidate.toLowerCase());
    return score === undefined ? [] : [{ candidate, score, i }];
  });
  return scored
    .sort((a, b) => a.score - b.score || a.i - b.i)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

function scoreOf(wanted: string, candidate: string): number | undefined {
  if (candidate === wanted) return undefined;
  if (candidate.startsWith(wanted)) return 0;
  if (shortOf(candidate).startsWith(wanted)) return 1;
  if (candidate.includes(wanted)) return 2;
  // Two letters match by chance in almost anything, and letters far apart mean nothing.
  const parts = wanted.includes('/') ? [candidate] : candidate.split('/');
  return wanted.length >= 2 && parts.some((part) => isSubsequence(wanted, part)) ? 3 : undefined;
}

function isSubsequence(wanted: string, candidate: string): boolean {
  let at = 0;
  for (const char of candidate) if (char === wanted[at]) at += 1;
  return at === wanted.length;
}
