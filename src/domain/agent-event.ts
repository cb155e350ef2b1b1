/** What a terminal hears from its agents, in the product's own words (no wire types). */
import type { AgentStatus, Loss } from './agent-status.ts';
import type { Row } from './column.ts';
import type { AppError } from './errors.ts';

/** State of the line to one agent. */
export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** Lost or never reached; `retryAt` is Unix ms. */
  | {
      readonly state: 'retrying';
      readonly reason: string;
      readonly attempt: number;
      readonly retryAt: number;
      /** What `reason` says, with its code: a program may give up where a person waits. */
      readonly error?: AppError;
    }
  /** Not dialled: there is nothing to dial yet, e.g. its pod does not run. `reason` says what is in the way. */
  | { readonly state: 'absent'; readonly reason: string }
  /** The source ended (a recording, or --once): nothing more will come. */
  | { readonly state: 'ended' };

/** `agent` is the name the terminal knows the agent by, its address or its node; stable over reconnects. */
export type AgentEvent =
  | { readonly type: 'rows'; readonly agent: string; readonly table: string; readonly rows: readonly Row[] }
  /** `time`: Unix ms by the agent's clock, to derive rates from. */
  | { readonly type: 'status'; readonly agent: string; readonly status: AgentStatus; readonly time?: number }
  /** Totals of this line's own losses (slow reader, row limit), carried over reconnects and new queries. */
  | { readonly type: 'loss'; readonly agent: string; readonly losses: readonly Loss[] }
  | { readonly type: 'link'; readonly agent: string; readonly link: LinkState }
  /** It is no longer among the agents watched: its node left, or was never one. */
  | { readonly type: 'gone'; readonly agent: string };
