/** Values of somebody's over those of before, as Helm puts them: objects are merged, all else is replaced, null goes back to what it is by default. */
import { defaultsOf, type Spec } from './spec.ts';

export type Plain = Readonly<Record<string, unknown>>;

/** @returns what is not in the spec too, for the schema to refuse */
export function valuesOver<T extends object>(spec: Spec, values: T, over: Plain): T {
  const defaults = defaultsOf(spec) as Plain;
  const result: Record<string, unknown> = { ...(values as Plain) };
  for (const [name, given] of Object.entries(over)) {
    const each = Object.hasOwn(spec, name) ? spec[name] : undefined;
    const before = result[name];
    if (each && given === null) result[name] = defaults[name];
    else if (each?.kind === 'group' && isPlain(given) && isPlain(before))
      result[name] = valuesOver(each.members, before, given);
    else result[name] = merged(before, given);
  }
  return result as T;
}

/** Values that are not as they are by default, by their paths. */
export function chosenIn(spec: Spec, values: Plain): Plain {
  const defaults = defaultsOf(spec) as Plain;
  const entries = Object.entries(spec).flatMap(([name, each]): [string, unknown][] => {
    const value = values[name];
    if (each.kind === 'value') return isSame(value, defaults[name]) ? [] : [[name, value]];
    const members = chosenIn(each.members, isPlain(value) ? value : {});
    return Object.keys(members).length === 0 ? [] : [[name, members]];
  });
  return Object.fromEntries(entries);
}

/** Of a plain object that which the spec knows: values of another version may have others. Each is whole, and takes the place of the default. */
export function knownIn(spec: Spec, values: unknown): Plain {
  if (!isPlain(values)) return {};
  const entries = Object.entries(spec).flatMap(([name, each]): [string, unknown][] => {
    if (!Object.hasOwn(values, name)) return [];
    return [[name, each.kind === 'group' ? knownIn(each.members, values[name]) : values[name]]];
  });
  return Object.fromEntries(entries);
}

/** Whole values in the place of others. */
export function replacedIn<T extends object>(spec: Spec, values: T, by: Plain): T {
  const entries = Object.entries(by).map(([name, value]) => {
    const each = spec[name];
    const before = (values as Plain)[name];
    return [name, each?.kind === 'group' ? replacedIn(each.members, before as object, value as Plain) : value];
  });
  return { ...values, ...Object.fromEntries(entries) };
}

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Within what Kubernetes takes as it is; null takes a key out. */
function merged(before: unknown, given: unknown): unknown {
  if (!isPlain(given)) return given;
  const result: Record<string, unknown> = isPlain(before) ? { ...before } : {};
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
