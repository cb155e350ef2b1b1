/** Redaction at capture: values of secret fields are replaced while a head is read, so nothing above ever holds them. */
import { redactedValue } from '../../../src/domain/redaction.ts';

/** Fields whose values are secrets by their definition (RFC 9110 §11.6.2, §11.7.2; RFC 6265), and the usual API key. */
export const secretFields: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
];

export interface Redactor {
  /** Whether a field of this name (any case) is a secret. */
  isSecret(name: string): boolean;
  /** Names that are secrets, lower case. */
  readonly names: readonly string[];
  /** Rises with every change of the names. */
  readonly version: number;
  /** These names are secrets besides those it began with, instead of those said here before. */
  also(names: readonly string[]): void;
  /** A request target without the password of its userinfo (RFC 3986 §3.2.1). */
  target(target: string): string;
}

/** `extra` names are secrets besides `secretFields`; false lets everything through. */
export function createRedactor(extra: readonly string[] | false = []): Redactor {
  const first = extra === false ? [] : [...secretFields, ...extra];
  let names = namesOf(first);
  let version = 0;
  return {
    isSecret: (name) => names.has(name.toLowerCase()),
    get names() {
      return [...names];
    },
    get version() {
      return version;
    },
    also(more) {
      if (extra === false) return;
      names = namesOf([...first, ...more]);
      version += 1;
    },
    target: extra === false ? (target) => target : withoutPassword,
  };
}

function namesOf(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.trim().toLowerCase()).filter(Boolean));
}

function withoutPassword(target: string): string {
  // Origin form, by far the most frequent, has no authority.
  if (target.charCodeAt(0) === 47) return target;
  const scheme = target.indexOf('://');
  const start = scheme < 0 ? 0 : scheme + 3;
  let end = target.length;
  for (const mark of ['/', '?', '#']) {
    const at = target.indexOf(mark, start);
    if (at >= 0 && at < end) end = at;
  }
  const at = target.lastIndexOf('@', end - 1);
  return at < start ? target : `${target.slice(0, start)}${redactedValue}${target.slice(at)}`;
}
