/**
 * Values are declared once: what they are for, what they are by default, what they may be. The type, the defaults, values.yaml with its comments and
 * values.schema.json derive from that.
 */

/** JSON Schema, draft 7 (json-schema.org/draft-07): what Helm 3 checks values by. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Value<T> {
  readonly kind: 'value';
  readonly doc: string;
  readonly default: T;
  readonly schema: JsonSchema;
}

export interface Group<Members extends Spec = Spec> {
  readonly kind: 'group';
  readonly doc: string;
  readonly members: Members;
  /** What members must be together. */
  readonly rule?: JsonSchema;
}

export interface Spec {
  readonly [name: string]: Value<unknown> | Group;
}

/** The values of a spec. */
export type ValuesOf<S extends Spec> = {
  readonly [Name in keyof S]: S[Name] extends Group<infer Members>
    ? ValuesOf<Members>
    : S[Name] extends Value<infer T>
      ? T
      : never;
};

export const group = <Members extends Spec>(doc: string, members: Members, rule?: JsonSchema): Group<Members> => ({
  kind: 'group',
  doc,
  members,
  ...(rule && { rule }),
});

export const text = (doc: string, byDefault: string, schema: JsonSchema = {}): Value<string> => ({
  kind: 'value',
  doc,
  default: byDefault,
  schema: { type: 'string', ...schema },
});

export const choice = <T extends string>(doc: string, byDefault: NoInfer<T>, among: readonly T[]): Value<T> => ({
  kind: 'value',
  doc,
  default: byDefault,
  schema: { type: 'string', enum: among },
});

export const flag = (doc: string, byDefault: boolean): Value<boolean> => ({
  kind: 'value',
  doc,
  default: byDefault,
  schema: { type: 'boolean' },
});

export const list = <T>(doc: string, byDefault: readonly T[], items: JsonSchema): Value<readonly T[]> => ({
  kind: 'value',
  doc,
  default: byDefault,
  schema: { type: 'array', items },
});

/** An object of Kubernetes', handed on as it is. */
export const given = <T extends object>(doc: string, byDefault: T, schema: JsonSchema): Value<T> => ({
  kind: 'value',
  doc,
  default: byDefault,
  schema: { type: 'object', ...schema },
});

/** All values as they are when nobody says anything. A new object each time. */
export function defaultsOf<S extends Spec>(spec: S): ValuesOf<S> {
  const entries = Object.entries(spec).map(([name, each]) => [
    name,
    each.kind === 'group' ? defaultsOf(each.members) : structuredClone(each.default),
  ]);
  return Object.fromEntries(entries) as ValuesOf<S>;
}

/** Refuses what is not in the spec, so that a misspelt name is told and does not pass for a setting. */
export function schemaOf(spec: Spec): JsonSchema {
  const properties = Object.entries(spec).map(([name, each]) => [
    name,
    each.kind === 'group'
      ? { description: each.doc, ...schemaOf(each.members), ...each.rule }
      : { description: each.doc, ...each.schema, default: each.default },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
