/**
 * As much of Helm's engine as the chart's templates use, so that a test renders them without Helm: `if`, `else`, `with`, pipelines, and the functions below
 * (pkg.go.dev/text/template, masterminds.github.io/sprig, helm.sh/docs/chart_template_guide/function_list). Anything else is an error.
 */
import { dump } from 'js-yaml';
import { holds } from '../template/settle.ts';
import { type Command, type Operand, type Pipeline, parsePipeline } from './go-pipeline.ts';

/** What templates see: `.Values`, `.Release`, `.Chart`. */
export interface Scope {
  readonly Values: object;
  readonly Release: { readonly Name: string; readonly Namespace: string; readonly Service: string };
  readonly Chart: { readonly AppVersion: string };
}

/** What the cluster has, by kind and name. */
export type Cluster = (kind: string, name: string) => object | undefined;

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with';
      readonly condition: Pipeline;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    };

/** @throws Error the template uses more than this knows, or is not well formed */
export function renderTemplate(template: string, scope: Scope, cluster: Cluster = () => undefined): string {
  const nodes = parse(tokensOf(template));
  const functions = functionsOf(cluster);
  const run = (each: readonly Node[], dot: unknown): string => each.map((node) => runNode(node, dot)).join('');
  const runNode = (node: Node, dot: unknown): string => {
    if (node.kind === 'text') return node.text;
    if (node.kind === 'print') return printed(worth(node.pipeline, dot));
    const condition = worth(node.condition, dot);
    if (!holds(condition)) return run(node.otherwise, dot);
    return run(node.then, node.kind === 'with' ? condition : dot);
  };
  const worth = (pipeline: Pipeline, dot: unknown): unknown =>
    pipeline.reduce<{ value?: unknown }>((before, command) => ({ value: call(command, dot, before) }), {}).value;
  const call = ([first, ...others]: Command, dot: unknown, piped: { value?: unknown }): unknown => {
    if (first?.kind !== 'function') return operand(first, dot);
    const run = functions[first.name];
    if (!run) throw new Error(`no function ${first.name}`);
    return run(...others.map((each) => operand(each, dot)), ...('value' in piped ? [piped.value] : []));
  };
  const operand = (each: Operand | undefined, dot: unknown): unknown => {
    switch (each?.kind) {
      case 'literal':
        return each.value;
      case 'field':
        return fieldOf(each.of ? worth(each.of, dot) : dot, each.names);
      case 'function':
        return call([each], dot, {});
      default:
        throw new Error('nothing to call');
    }
  };
  return run(nodes, scope);
}

const fieldOf = (value: unknown, names: readonly string[]): unknown =>
  names.reduce((from, name) => (from as Record<string, unknown> | undefined)?.[name], value);

const printed = (value: unknown): string => (value === undefined ? '' : String(value));

/** Each takes what the template gives it: a wrong argument shows as a wrong text. */
// biome-ignore lint/suspicious/noExplicitAny: as functions of templates have it
type TemplateFunction = (...args: any[]) => unknown;

const functionsOf = (cluster: Cluster): Record<string, TemplateFunction> => ({
  quote: (value: unknown) => (value === undefined ? '' : JSON.stringify(String(value))),
  toYaml: (value: unknown) => dump(value, { sortKeys: true }).trimEnd(),
  toJson: (value: unknown) => JSON.stringify(value),
  nindent: (spaces: number, text: string) => `\n${text.replace(/^/gm, ' '.repeat(spaces))}`,
  default: (other: unknown, value: unknown) => (holds(value) ? value : other),
  not: (value: unknown) => !holds(value),
  ne: (a: unknown, b: unknown) => a !== b,
  dict: () => ({}),
  get: (from: Record<string, unknown>, name: string) => from[name] ?? '',
  lookup: (_version: string, kind: string, _namespace: string, name: string) => cluster(kind, name) ?? {},
  randAlphaNum: (length: number) => 'x'.repeat(length),
  b64enc: (text: string) => btoa(text),
});

type Token = { readonly text: string } | { readonly action: string };

/** `{{-` takes the white space before it away, `-}}` that after it. */
function tokensOf(template: string): readonly Token[] {
  const pieces = template.split(/(\{\{-?.*?-?\}\})/s);
  return pieces.map((piece, index) => {
    if (index % 2 === 1) return { action: piece.replace(/^\{\{-?|-?\}\}$/g, '').trim() };
    const trimmed = pieces[index + 1]?.startsWith('{{-') ? piece.trimEnd() : piece;
    return { text: pieces[index - 1]?.endsWith('-}}') ? trimmed.trimStart() : trimmed };
  });
}

function parse(tokens: readonly Token[]): readonly Node[] {
  let next = 0;
  /** Until `end` or `else`, which stays. */
  const block = (): readonly Node[] => {
    const nodes: Node[] = [];
    for (; next < tokens.length; next++) {
      const token = tokens[next] as Token;
      if ('text' in token) nodes.push({ kind: 'text', text: token.text });
      else if (token.action === 'end' || token.action === 'else') return nodes;
      else nodes.push(actionNode(token.action));
    }
    return nodes;
  };
  const is = (action: string) => {
    const token = tokens[next];
    return token !== undefined && 'action' in token && token.action === action;
  };
  const actionNode = (action: string): Node => {
    const [, kind, condition] = /^(if|with)\s(.*)$/s.exec(action) ?? [];
    if (kind === undefined || condition === undefined) return { kind: 'print', pipeline: parsePipeline(action) };
    next++;
    const then = block();
    let otherwise: readonly Node[] = [];
    if (is('else')) {
      next++;
      otherwise = block();
    }
    if (!is('end')) throw new Error(`{{ ${action} }} has no end`);
    return { kind: kind as 'if' | 'with', condition: parsePipeline(condition), then, otherwise };
  };
  const nodes = block();
  if (next < tokens.length) throw new Error('an end too many');
  return nodes;
}
