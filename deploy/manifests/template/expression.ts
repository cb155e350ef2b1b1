/**
 * What manifests are written in: plain objects in which a place may hold an expression instead of a value. `settle` puts values in (objects for the API
 * server, plain YAML), `templateText` writes the same as a template of a Helm chart: one source for both.
 */

/** Where a value is found: `image.tag` of the chart's values, or what an installation is told from outside. */
export type Path = string;

export type What =
  /** Text. Where it is empty, `or`. */
  | { readonly kind: 'value'; readonly path: Path; readonly or?: Expression | string }
  /** A list or an object. Where it is empty, its key is left out; in a list, its items stand among the others. */
  | { readonly kind: 'given'; readonly path: Path }
  /** The same where a condition around it says that it is not empty. */
  | { readonly kind: 'whole'; readonly path: Path }
  /** JSON within a text: YAML reads it as it is. */
  | { readonly kind: 'json'; readonly path: Path }
  | { readonly kind: 'text'; readonly parts: readonly (string | Expression)[] }
  /** Left out (key, item or whole object) where it does not hold and there is no `otherwise`. Empty lists, objects and texts do not hold. */
  | {
      readonly kind: 'when';
      readonly path: Path;
      readonly holds: boolean;
      readonly then: Tree;
      readonly otherwise?: Tree;
    }
  /** A comment before it, for who reads the YAML. */
  | { readonly kind: 'because'; readonly comment: string; readonly of: Tree }
  /** Only Helm can say it: an expression of its template language. */
  | { readonly kind: 'helm'; readonly expression: string };

export class Expression {
  readonly what: What;

  constructor(what: What) {
    this.what = what;
  }
}

export type Tree =
  | string
  | number
  | boolean
  | null
  | undefined
  | Expression
  | readonly Tree[]
  | { readonly [key: string]: Tree };

/** An object of type T, any part of which may be an expression. */
export type Template<T> =
  | Expression
  | (T extends readonly (infer Item)[]
      ? readonly Template<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Template<T[Key]> }
        : T);
