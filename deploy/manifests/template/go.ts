/** Expressions as Go's template language with Helm's functions has them (helm.sh/docs/chart_template_guide). */
import { Expression, type Path, type What } from './expression.ts';

/** What a place holds that is no key of its own and no item: a scalar. */
export type Scalar = Extract<What, { kind: 'value' | 'text' | 'json' | 'helm' }>;

/** What is no value of the chart: Helm itself knows it. */
const known: Readonly<Record<string, string>> = {
  namespace: '.Release.Namespace',
  managedBy: '.Release.Service',
  version: '.Chart.AppVersion',
};

/** `image.tag` → `.Values.image.tag`. */
export const goPath = (path: Path): string => known[path] ?? `.Values.${path}`;

/** A scalar as it stands behind its key; a text of several lines is for a block, see `blockOf`. */
export function goScalar(what: Scalar): string {
  switch (what.kind) {
    case 'value':
      return `{{ ${goValue(what)} | quote }}`;
    case 'json':
      return `{{ ${goPath(what.path)} | toJson }}`;
    case 'helm':
      return `{{ ${what.expression} }}`;
    case 'text':
      // What may be put into it is held by values.schema.json to what needs no escapes.
      return `"${goText(what)}"`;
  }
}

/** A text with its values in it, not quoted. */
export function goText(what: What): string {
  switch (what.kind) {
    case 'value':
      return `{{ ${goValue(what)} }}`;
    case 'json':
      return `{{ ${goPath(what.path)} | toJson }}`;
    case 'text':
      return what.parts.map((part) => (part instanceof Expression ? goText(part.what) : part)).join('');
    case 'when': {
      const branch = (tree: unknown) => (tree instanceof Expression ? goText(tree.what) : String(tree));
      const otherwise = what.otherwise === undefined ? '' : `{{ else }}${branch(what.otherwise)}`;
      return `{{ if ${goCondition(what)} }}${branch(what.then)}${otherwise}{{ end }}`;
    }
    default:
      throw new TypeError(`no text: ${what.kind}`);
  }
}

export const goCondition = ({ path, holds }: Extract<What, { kind: 'when' }>): string =>
  holds ? goPath(path) : `not ${goPath(path)}`;

function goValue(what: Extract<What, { kind: 'value' }>): string {
  if (what.or === undefined) return goPath(what.path);
  if (!(what.or instanceof Expression)) return `${goPath(what.path)} | default ${JSON.stringify(what.or)}`;
  if (what.or.what.kind !== 'value') throw new TypeError('another value or a text');
  const other = goValue(what.or.what);
  return `${goPath(what.path)} | default ${what.or.what.or === undefined ? other : `(${other})`}`;
}
