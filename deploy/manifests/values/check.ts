/** What is wrong with values, in words for who wrote them; the judge is the schema of the chart. */
import { Ajv, type ErrorObject } from 'ajv';
import { nearest } from '../../../src/domain/filter/suggest.ts';
import type { Plain } from './over.ts';
import type { JsonSchema } from './spec.ts';
import { valuesSchema } from './values-schema.ts';

const check = new Ajv({
  allErrors: true,
  verbose: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
}).compile(valuesSchema);

/** A sentence each; none when all is well. */
export function problemsOf(values: Plain): readonly string[] {
  if (check(values)) return [];
  // "if" only says that what follows it does not hold, which is told by itself.
  const errors = (check.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  return [...new Set(errors.map(sentenceOf))];
}

function sentenceOf({ keyword, instancePath, params, parentSchema, data }: ErrorObject): string {
  const path = instancePath.split('/').slice(1).map(unescaped);
  const name = path.join('.');
  switch (keyword) {
    case 'additionalProperties': {
      const unknown = String(params.additionalProperty);
      const known = Object.keys((parentSchema as JsonSchema | undefined)?.properties ?? {});
      const near = nearest(unknown, known);
      const whole = [...path, unknown].join('.');
      return `There is no value "${whole}". ${near ? `Did you mean ${[...path, near].join('.')}?` : `There are ${known.join(', ')}.`}`;
    }
    case 'enum':
      return `${name} takes ${(params.allowedValues as readonly string[]).filter(Boolean).join(', ')}, not ${shown(data)}.`;
    case 'type':
      return `${name} takes ${words[String(params.type)] ?? params.type}, not ${shown(data)}.`;
    case 'required':
      return `${name} needs ${params.missingProperty}.`;
    case 'minLength':
    case 'minProperties':
      return `${name} must not be empty.`;
    case 'pattern':
      return `${name} does not take ${shown(data)}: it is to match ${params.pattern}.`;
    default:
      return `${name}: ${shown(data)} is not good (${keyword}).`;
  }
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'names with values',
  integer: 'a whole number',
};

const shown = (data: unknown): string => (JSON.stringify(data) ?? 'nothing').slice(0, 80);

/** RFC 6901, section 4. */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
