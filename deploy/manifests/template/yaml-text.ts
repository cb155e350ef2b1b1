/** Writes trees as YAML, comments included: a settled one as plain YAML, any other as a template of a Helm chart. */
import { dump } from 'js-yaml';
import { Expression, type Tree, type What } from './expression.ts';
import { goCondition, goPath, goScalar, goText, type Scalar } from './go.ts';
import { isObject } from './settle.ts';

/** Where a comment's line ends at the latest, columns. */
const width = 110;

/** Documents with `---` between them. @throws TypeError an item of a list begins with something that may be left out */
export function yamlText(documents: readonly Tree[]): string {
  return documents
    .map((tree) => documentLines(tree).join('\n'))
    .map((text) => `---\n${text}\n`)
    .join('');
}

/** Lines of `# `, each as long as fits. An empty text within is a line of its own. */
export function commentLines(text: string, indent: number): readonly string[] {
  const pad = `${' '.repeat(indent)}#`;
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1) ?? '';
      if (last !== '' && pad.length + last.length + word.length + 1 > width) lines.push(` ${word}`);
      else lines[lines.length - 1] = word === '' ? last : `${last} ${word}`;
    }
    return lines.map((line) => pad + line);
  });
}

/** A literal, on one line; lists as `[a, b]`. */
export function scalarText(value: unknown): string {
  const text = dump(value, { lineWidth: -1, flowLevel: 0 }).trimEnd();
  if (text.includes('\n') || text.includes('{{')) throw new TypeError(`not for one line of a template: ${text}`);
  return text;
}

function documentLines(tree: Tree): readonly string[] {
  if (tree instanceof Expression) {
    const { what } = tree;
    if (what.kind === 'because') return [...commentLines(what.comment, 0), ...documentLines(what.of)];
    if (what.kind === 'when') return choice(what, 0, documentLines);
  }
  if (isObject(tree)) return objectLines(tree, 0);
  throw new TypeError('a document is an object');
}

const objectLines = (tree: { readonly [key: string]: Tree }, indent: number): readonly string[] =>
  Object.entries(tree).flatMap(([key, value]) => entryLines(key, value, indent));

function entryLines(key: string, tree: Tree, indent: number): readonly string[] {
  if (tree === undefined) return [];
  const name = `${' '.repeat(indent)}${scalarText(key)}:`;
  if (tree instanceof Expression) {
    const { what } = tree;
    switch (what.kind) {
      case 'because':
        return [...commentLines(what.comment, indent), ...entryLines(key, what.of, indent)];
      case 'when':
        return choice(what, indent, (each) => entryLines(key, each, indent));
      case 'given':
        return [
          `${' '.repeat(indent)}{{- with ${goPath(what.path)} }}`,
          name,
          `${' '.repeat(indent + 2)}{{- toYaml . | nindent ${indent + 2} }}`,
          `${' '.repeat(indent)}{{- end }}`,
        ];
      case 'whole':
        return [name, `${' '.repeat(indent + 2)}{{- toYaml ${goPath(what.path)} | nindent ${indent + 2} }}`];
      default:
        return expressionLines(name, what, indent);
    }
  }
  if (isWords(tree)) {
    const line = `${name} ${scalarText(tree)}`;
    if (line.length <= width) return [line];
  }
  if (Array.isArray(tree) && tree.length > 0)
    return [name, ...tree.flatMap((item: Tree) => itemLines(item, indent + 2))];
  if (isObject(tree) && Object.keys(tree).length > 0) return [name, ...objectLines(tree, indent + 2)];
  if (typeof tree === 'string' && tree.includes('\n')) return [`${name} |`, ...blockLines(tree, indent)];
  return [`${name} ${scalarText(tree)}`];
}

/** A list of short texts is easier to read on one line. */
const isWords = (tree: Tree): boolean =>
  Array.isArray(tree) && tree.every((item) => typeof item === 'string' && /^[\w/.-]*$/.test(item));

function itemLines(tree: Tree, indent: number): readonly string[] {
  const pad = ' '.repeat(indent);
  if (tree instanceof Expression) {
    const { what } = tree;
    switch (what.kind) {
      case 'because':
        return [...commentLines(what.comment, indent), ...itemLines(what.of, indent)];
      case 'when':
        return choice(what, indent, (each) => itemLines(each, indent));
      case 'given':
        return [
          `${pad}{{- with ${goPath(what.path)} }}`,
          `${pad}{{- toYaml . | nindent ${indent} }}`,
          `${pad}{{- end }}`,
        ];
      case 'whole':
        throw new TypeError('what is whole has a key');
      default:
        return [`${pad}- ${goScalar(what)}`];
    }
  }
  if (!isObject(tree)) return [`${pad}- ${scalarText(tree)}`];
  const [first = '', ...others] = objectLines(tree, indent + 2);
  const begin = first.trimStart();
  if (begin.startsWith('#') || begin.startsWith('{{'))
    throw new TypeError(`an item begins with what may be left out: ${begin}`);
  return [`${pad}- ${begin}`, ...others];
}

function expressionLines(name: string, what: Scalar, indent: number): readonly string[] {
  if (what.kind !== 'text') return [`${name} ${goScalar(what)}`];
  const text = goText(what);
  return text.includes('\n') ? [`${name} |`, ...blockLines(text, indent)] : [`${name} ${goScalar(what)}`];
}

const blockLines = (text: string, indent: number): readonly string[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => ' '.repeat(indent + 2) + line);

function choice(
  what: Extract<What, { kind: 'when' }>,
  indent: number,
  lines: (tree: Tree) => readonly string[],
): readonly string[] {
  const pad = ' '.repeat(indent);
  const otherwise = what.otherwise === undefined ? [] : [`${pad}{{- else }}`, ...lines(what.otherwise)];
  return [`${pad}{{- if ${goCondition(what)} }}`, ...lines(what.then), ...otherwise, `${pad}{{- end }}`];
}
