/** How rooms write expressions: values by their paths, which the compiler checks. */
import type { Group, Spec, Value } from '../values/spec.ts';
import type { valuesSpec } from '../values/values.ts';
import { Expression, type Template, type Tree } from './expression.ts';

/** Paths to values of type T: `image.tag`. */
type PathsTo<T, S extends Spec = typeof valuesSpec, Before extends string = ''> = {
  [Name in keyof S & string]: S[Name] extends Group<infer Members>
    ? PathsTo<T, Members, `${Before}${Name}.`>
    : S[Name] extends Value<infer V>
      ? V extends T
        ? `${Before}${Name}`
        : never
      : never;
}[keyof S & string];

type TextPath = PathsTo<string> | 'namespace' | 'version' | 'managedBy';

export const value = (path: TextPath, or?: string | Expression): Expression =>
  new Expression({ kind: 'value', path, ...(or !== undefined && { or }) });

/** A list or an object of the values; nothing where it is empty. */
export const given = (path: PathsTo<object>): Expression => new Expression({ kind: 'given', path });

/** The same within `when` of the same path. */
export const whole = (path: PathsTo<object>): Expression => new Expression({ kind: 'whole', path });

export const json = (path: PathsTo<readonly unknown[]>): Expression => new Expression({ kind: 'json', path });

/** Text with expressions in it. */
export const text = (strings: TemplateStringsArray, ...expressions: readonly Expression[]): Expression =>
  new Expression({
    kind: 'text',
    parts: strings.flatMap((string, index) => {
      const expression = expressions[index];
      return expression ? [string, expression] : [string];
    }),
  });

export const when = (path: PathsTo<unknown>, then: Tree, otherwise?: Tree): Expression =>
  new Expression({ kind: 'when', path, holds: true, then, ...(otherwise !== undefined && { otherwise }) });

export const unless = (path: PathsTo<unknown>, then: Tree): Expression =>
  new Expression({ kind: 'when', path, holds: false, then });

export const because = (comment: string, of: Tree): Expression => new Expression({ kind: 'because', comment, of });

/** A whole object, its fields checked. Written as an expression so that it may have a comment or a condition. */
export const typed = <T>(tree: Template<T>): Tree => tree as Tree;
