/** Puts values into a template. Pure. */
import { Expression, type Path, type Tree } from './expression.ts';

/** @returns what is at the path, as it is. @throws TypeError there is nothing */
export type Lookup = (path: Path) => unknown;

/** Takes the place of what is left out. */
const nothing = Symbol('nothing');
type Settled = Tree | typeof nothing;

/** Each tree with its values, those left out gone. Of the expressions only comments stay. @throws TypeError it holds what only Helm can say */
export function settleAll(trees: readonly Tree[], lookup: Lookup): readonly Tree[] {
  return trees.map((tree) => settle(tree, lookup)).filter((each) => each !== nothing);
}

/** What no comment is in: what the API server takes. */
export function withoutComments(tree: Tree): unknown {
  if (tree instanceof Expression) {
    if (tree.what.kind !== 'because') throw new TypeError(`not settled: ${tree.what.kind}`);
    return withoutComments(tree.what.of);
  }
  if (Array.isArray(tree)) return tree.map(withoutComments);
  if (isObject(tree))
    return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, withoutComments(value)]));
  return tree;
}

/** As Go's templates have it: false, 0 and whatever is empty do not hold (pkg.go.dev/text/template, "Actions"). */
export const holds = (value: unknown): boolean =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);

export const isObject = (tree: Tree): tree is { readonly [key: string]: Tree } =>
  typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof Expression);

function settle(tree: Tree, lookup: Lookup): Settled {
  if (tree instanceof Expression) return settleExpression(tree, lookup);
  if (Array.isArray(tree)) return tree.flatMap((item) => settleItem(item, lookup));
  if (isObject(tree)) {
    const entries = Object.entries(tree).map(([key, value]) => [key, settle(value, lookup)] as const);
    return Object.fromEntries(entries.filter((entry): entry is [string, Tree] => entry[1] !== nothing));
  }
  return tree === undefined ? nothing : tree;
}

function settleItem(item: Tree, lookup: Lookup): readonly Tree[] {
  const settled = settle(item, lookup);
  if (settled === nothing) return [];
  const spread = item instanceof Expression && item.what.kind === 'given' && Array.isArray(settled);
  return spread ? settled : [settled];
}

function settleExpression({ what }: Expression, lookup: Lookup): Settled {
  switch (what.kind) {
    case 'value':
    case 'json':
    case 'text':
      return textOf(what, lookup);
    case 'whole':
    case 'given': {
      const value = lookup(what.path);
      return holds(value) ? (structuredClone(value) as Tree) : nothing;
    }
    case 'when': {
      const chosen = holds(lookup(what.path)) === what.holds ? what.then : what.otherwise;
      return chosen === undefined ? nothing : settle(chosen, lookup);
    }
    case 'because': {
      const of = settle(what.of, lookup);
      return of === nothing ? nothing : new Expression({ ...what, of });
    }
    case 'helm':
      throw new TypeError(`only Helm can say ${what.expression}`);
  }
}

function textOf(what: Expression['what'] | string, lookup: Lookup): string {
  if (typeof what === 'string') return what;
  switch (what.kind) {
    case 'value': {
      const value = lookup(what.path);
      if (holds(value) || what.or === undefined) return String(value);
      return textOf(what.or instanceof Expression ? what.or.what : what.or, lookup);
    }
    case 'json':
      return JSON.stringify(lookup(what.path));
    case 'text':
      return what.parts.map((part) => textOf(part instanceof Expression ? part.what : part, lookup)).join('');
    case 'when': {
      const chosen = holds(lookup(what.path)) === what.holds ? what.then : what.otherwise;
      if (chosen === undefined) return '';
      if (typeof chosen === 'string' || chosen instanceof Expression)
        return textOf(chosen instanceof Expression ? chosen.what : chosen, lookup);
      throw new TypeError('no text');
    }
    default:
      throw new TypeError(`no text: ${what.kind}`);
  }
}
