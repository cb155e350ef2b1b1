/** The policy as it stands in a file, read again when it changes; one that cannot be read leaves the one before in force. */
import { readFileSync } from 'node:fs';
import { AppError } from '../../src/domain/errors.ts';
import { type Policy, readPolicy } from './policy.ts';

export interface PolicyFile {
  readonly policy: Policy;
  readonly path: string;
  /** When it was last read whole, Unix ns. */
  readonly loaded: bigint;
  /** Why what is there now cannot be read; '' when it can. */
  readonly problem: string;
  stop(): void;
}

/** A ConfigMap's file takes up to a minute to change (kubelet's sync period); after that nobody shall wait. */
const lookEveryMs = 2000;

/**
 * @param onChange after each change; not for the first
 * @throws AppError `usage`: there is no policy to begin with, so that nothing is captured that was not meant to be
 */
export function openPolicyFile(path: string, onChange: () => void, everyMs = lookEveryMs): PolicyFile {
  const first = read(path);
  if (!first.ok) throw new AppError('usage', { detail: `--policy-file: ${path}: ${first.problem}.` });
  let { text, policy } = first;
  let loaded = now();
  let problem = '';
  const look = (): void => {
    const next = read(path);
    if (!next.ok) {
      if (problem === next.problem) return;
      problem = next.problem;
    } else {
      if (next.text === text && problem === '') return;
      ({ text, policy } = next);
      loaded = now();
      problem = '';
    }
    onChange();
  };
  const timer = setInterval(look, everyMs).unref();
  return {
    path,
    get policy() {
      return policy;
    },
    get loaded() {
      return loaded;
    },
    get problem() {
      return problem;
    },
    stop: () => clearInterval(timer),
  };
}

type Read =
  | { readonly ok: true; readonly text: string; readonly policy: Policy }
  | { readonly ok: false; readonly problem: string };

function read(path: string): Read {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { ok: false, problem: `it cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
  const result = readPolicy(text);
  return result.ok ? { ok: true, text, policy: result.policy } : result;
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;
