/** Errors a person can meet: a code, what it was about, and one table of messages that say what to do. */

interface ErrorContexts {
  usage: { readonly detail: string };
  'filter-invalid': { readonly text: string; readonly at: number; readonly length: number; readonly reason: string };
  'recording-not-found': { readonly file: string };
  'recording-foreign': { readonly file: string; readonly found: string };
  'recording-version': { readonly file: string; readonly version: number; readonly supported: number };
  'recording-layout': { readonly file: string };
  'recording-truncated': { readonly file: string; readonly at: number };
  'agent-unreachable': { readonly address: string; readonly reason: string };
  'agent-start': { readonly reason: string };
  'demo-failed': { readonly reason: string };
  'agent-protocol': { readonly address: string; readonly reason: string };
  'output-file': { readonly file: string; readonly reason: string };
  'image-failed': { readonly reason: string };
  'port-in-use': { readonly address: string };
  'ebpf-unavailable': { readonly reason: string; readonly remedy: string };
  permission: { readonly what: string; readonly remedy: string };
  'row-gone': { readonly agent: string };
  cluster: { readonly reason: string };
  internal: { readonly detail: string };
}

export type ErrorCode = keyof ErrorContexts;

const messages: { readonly [C in ErrorCode]: (context: ErrorContexts[C]) => string } = {
  usage: ({ detail }) => detail,
  'filter-invalid': ({ text, at, length, reason }) =>
    `${reason}\n  ${text}\n  ${' '.repeat(at)}${'^'.repeat(Math.max(1, length))}`,
  'recording-not-found': ({ file }) => `No recording at ${file}. Make one with: kelpie record ${file}`,
  'recording-foreign': ({ file, found }) => `${file} is not a Kelpie recording (it begins with ${found}).`,
  'recording-version': ({ file, version, supported }) =>
    `${file} is a version ${version} recording; this Kelpie reads up to version ${supported}.`,
  'recording-layout': ({ file }) =>
    `${file} was made by another version of Kelpie, whose kernel records this one cannot read. Record it again.`,
  'recording-truncated': ({ file, at }) =>
    `${file} ends in the middle of a record at byte ${at}; everything before it was read.`,
  'agent-unreachable': ({ address, reason }) =>
    `No agent answers at ${address}: ${reason}. Start one with: kelpie agent --listen ${address}`,
  'agent-start': ({ reason }) => `The agent could not start: ${reason}`,
  'demo-failed': ({ reason }) => `The demo could not run: ${reason}`,
  'agent-protocol': ({ address, reason }) =>
    `The agent at ${address} sent something this Kelpie cannot read: ${reason}. Run the same version on both sides.`,
  'output-file': ({ file, reason }) => `Cannot write ${file}: ${reason}.`,
  'image-failed': ({ reason }) => `The image could not be made: ${reason}`,
  'port-in-use': ({ address }) => `${address} is in use. Choose another with --listen HOST:PORT.`,
  'ebpf-unavailable': ({ reason, remedy }) => `eBPF capture cannot run here: ${reason}. ${remedy}`,
  permission: ({ what, remedy }) => `Not permitted: ${what}. ${remedy}`,
  'row-gone': ({ agent }) => `The agent at ${agent} has let go of this row: its payload is no longer kept.`,
  cluster: ({ reason }) => reason,
  internal: ({ detail }) => `Unexpected: ${detail}. This is a bug in Kelpie.`,
};

/** Exit codes of the CLI (documented in README.md). */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  usage: 2,
  'filter-invalid': 2,
  'agent-unreachable': 3,
  'agent-start': 3,
  'demo-failed': 3,
  'agent-protocol': 3,
  'output-file': 2,
  'port-in-use': 3,
  'ebpf-unavailable': 3,
  permission: 3,
  cluster: 3,
};

/** An error with a code and its typed context; the message comes from the one table above. */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'AppError';
  readonly code: C;
  readonly context: ErrorContexts[C];

  constructor(code: C, context: ErrorContexts[C], options?: { cause?: unknown }) {
    super(messages[code](context), options);
    this.code = code;
    this.context = context;
  }

  /** What the process exits with when this reaches the top. */
  get exitCode(): number {
    return exitCodes[this.code] ?? 1;
  }
}

/** Whatever was thrown, as an AppError; unknown things become `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError('internal', { detail }, { cause: thrown });
}

/** An error as data, the form in which it crosses a process boundary: `{code, context}`. */
export function appErrorToData(error: AppError): { readonly code: ErrorCode; readonly context: object } {
  return { code: error.code, context: error.context };
}

/**
 * An error that another process described as `{code, context}`, or undefined when it is not one. What comes from
 * outside is not trusted: only known codes with short text and small numbers pass.
 */
export function appErrorFromData(data: unknown): AppError | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { code, context } = data as { code?: unknown; context?: unknown };
  if (typeof code !== 'string' || !Object.hasOwn(messages, code)) return undefined;
  if (typeof context !== 'object' || context === null || !Object.values(context).every(isPlain)) return undefined;
  const { at = 0, length = 0 } = context as { at?: unknown; length?: unknown };
  if (code === 'filter-invalid' && !(Number(at) >= 0 && Number(at) <= 4096 && Number(length) <= 4096)) return undefined;
  try {
    return new AppError(code as ErrorCode, context as ErrorContexts[ErrorCode]);
  } catch {
    return undefined;
  }
}

const isPlain = (value: unknown) =>
  typeof value === 'string' ? value.length <= 4096 : Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 53;
