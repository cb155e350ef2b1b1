/** `policy.captureAtMost=heads`, as `--set` takes it. */
import { load } from 'js-yaml';
import type { Plain } from './over.ts';
import type { JsonSchema } from './spec.ts';

/**
 * The schema says how the text is meant: a text as it stands, so that `cpu=1` and `captureByDefault=off` need no quotes; anything else as YAML on one line, a list of texts
 * also with commas alone. Where keys are free (labels, annotations) the rest of the path is the key, dots included.
 *
 * @returns values that have this one alone; undefined for what is no assignment
 */
export function readAssignment(text: string, schema: JsonSchema): Plain | undefined {
  const at = text.indexOf('=');
  if (at <= 0) return undefined;
  const { keys, of } = follow(text.slice(0, at).trim().split('.'), schema);
  const value = meant(text.slice(at + 1), of);
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Plain;
}

/** The keys of a path, and the schema of what is there; undefined where there is nothing. */
function follow(parts: readonly string[], schema: JsonSchema): { keys: string[]; of: JsonSchema | undefined } {
  const keys: string[] = [];
  let of: JsonSchema | undefined = schema;
  for (const [index, part] of parts.entries()) {
    const properties = of?.properties as Readonly<Record<string, JsonSchema>> | undefined;
    const free: unknown = of?.additionalProperties;
    if (properties === undefined && typeof free === 'object' && free !== null) {
      // Helm wants a backslash before a dot: who is used to that is understood.
      const key = parts.slice(index).join('.').replaceAll('\\', '');
      return { keys: [...keys, key], of: free as JsonSchema };
    }
    keys.push(part);
    of = properties && Object.hasOwn(properties, part) ? properties[part] : undefined;
  }
  return { keys, of };
}

function meant(text: string, schema: JsonSchema | undefined): unknown {
  if (text === 'null') return null;
  if (schema?.type === 'string') return text;
  const value = yamlOf(text);
  if (schema?.type === 'array' && !Array.isArray(value) && (schema.items as JsonSchema).type === 'string')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  return value;
}

/** What is no YAML stays text, which the schema refuses by its name. */
function yamlOf(text: string): unknown {
  try {
    return text.trim() === '' ? '' : load(text);
  } catch {
    return text;
  }
}
