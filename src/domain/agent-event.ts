/** What a terminal hears from its agents, in the product's own words (no wire types). */
import type { AgentStatus, Loss } from './agent-status.ts';
import type { Row } from './column.ts';

/** State of the line to one agent. */
export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** Lost or never reached; `retryAt` is Unix ms. */
  | { readonly state: 'retrying'; readonly reason: string; readonly attempt: number; readonly retryAt: number }
  /** The source ended (a recording, or --once): nothing more will come. */
  | { readonly state: 'ended' };

/** `agent` is the address the terminal knows the agent by; stable over reconnects. */
export type AgentEvent =
  | { readonly type: 'rows'; readonly agent: string; readonly table: string; readonly rows: readonly Row[] }
  | { readonly type: 'status'; readonly agent: string; readonly status: AgentStatus }
  /** Totals of this stream's own losses (slow reader, row limit). */
  | { readonly type: 'loss'; readonly agent: string; readonly losses: readonly Loss[] }
  | { readonly type: 'link'; readonly agent: string; readonly link: LinkState };
