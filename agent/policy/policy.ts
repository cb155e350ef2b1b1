/** What may be captured at all, whatever a terminal asks for: one small YAML document, of a ConfigMap in a cluster. */
import { load } from 'js-yaml';
import type { CaptureLevel } from '../../src/domain/agent-status.ts';

export interface Policy {
  /** Namespaces nothing is captured of. */
  readonly excludeNamespaces: readonly string[];
  /** The deepest level there is. */
  readonly captureAtMost: CaptureLevel;
  /** The deepest level of pods that say nothing themselves: below `captureAtMost`, pods opt in. */
  readonly captureByDefault: CaptureLevel;
  /** Header fields whose values are secrets, besides those of the product. */
  readonly redactFields: readonly string[];
}

export type PolicyResult =
  | { readonly ok: true; readonly policy: Policy }
  /** In one sentence. */
  | { readonly ok: false; readonly problem: string };

/** Nothing but what the product does by itself. */
export const openPolicy: Policy = {
  excludeNamespaces: [],
  captureAtMost: 'bodies',
  captureByDefault: 'bodies',
  redactFields: [],
};

export const levels: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];

/** The shallower of two. */
export const lower = (a: CaptureLevel, b: CaptureLevel): CaptureLevel =>
  levels.indexOf(a) < levels.indexOf(b) ? a : b;

export const levelOf = (text: unknown): CaptureLevel | undefined => levels.find((level) => level === text);

const mostBytes = 256 * 1024;
const mostNames = 4096;
const fields = ['excludeNamespaces', 'captureAtMost', 'captureByDefault', 'redactFields'] as const;

/** Never throws: a policy that cannot be read whole is none, as half of one would let more through than is meant. */
export function readPolicy(text: string): PolicyResult {
  if (text.length > mostBytes) return fail(`it has more than ${mostBytes} characters`);
  let document: unknown;
  try {
    document = isEmpty(text) ? {} : load(text);
  } catch (error) {
    // What follows the first line is a piece of the file.
    return fail(`it is no YAML: ${String((error as Error).message).split('\n', 1)[0]}`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return fail('it is no list of settings');
  const given = document as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((name) => !fields.some((field) => field === name));
  if (unknown !== undefined)
    return fail(`there is no setting "${unknown.slice(0, 40)}"; there are ${fields.join(', ')}`);
  const {
    excludeNamespaces = [],
    captureAtMost = 'bodies',
    captureByDefault = captureAtMost,
    redactFields = [],
  } = given;
  if (!isNames(excludeNamespaces)) return fail('excludeNamespaces is no list of names');
  if (!isNames(redactFields)) return fail('redactFields is no list of names');
  const [most, usual] = [levelOf(captureAtMost), levelOf(captureByDefault)];
  if (!most || !usual) return fail(`${most ? 'captureByDefault' : 'captureAtMost'} is none of ${levels.join(', ')}`);
  return {
    ok: true,
    policy: {
      excludeNamespaces,
      captureAtMost: most,
      captureByDefault: lower(most, usual),
      redactFields: redactFields.map((name) => name.toLowerCase()),
    },
  };
}

/** Comments alone. */
const isEmpty = (text: string): boolean => text.replaceAll(/#.*$/gm, '').trim() === '';

const fail = (problem: string): PolicyResult => ({ ok: false, problem });

function isNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= mostNames &&
    value.every((name) => typeof name === 'string' && name !== '' && name.length <= 253)
  );
}
