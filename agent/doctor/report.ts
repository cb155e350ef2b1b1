/** What a check says of one thing: `warn` costs comfort, `fail` costs the function its group is about. */
export type CheckStatus = 'ok' | 'warn' | 'fail';

/** What a check is about: capturing live, building from a checkout, the demo, or the terminal. */
export type CheckGroup = 'capture' | 'build' | 'demo' | 'terminal';

export interface Check {
  /** Stable, for scripts: `kernel`, `cgroup2`, … */
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  readonly status: CheckStatus;
  /** What is there, in a few words. */
  readonly found: string;
  /** What to do about it; undefined when nothing needs to be done. */
  readonly remedy?: string;
  /** Longer evidence, such as the verifier's last lines. */
  readonly detail?: readonly string[];
}

export interface DoctorReport {
  /** True when nothing stands in the way of live capture here. */
  readonly captureWorks: boolean;
  readonly host: { readonly name: string; readonly kernel: string; readonly arch: string };
  readonly checks: readonly Check[];
}
