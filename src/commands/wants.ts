/** What the screens need, as queries and leases for the agents: the summaries always, rows of what is looked at, depth where it is. */
import {
  type AgentClient,
  fewAgents,
  type LeaseRequest,
  type NamedLease,
  type RowQuery,
} from '../agent-client/client.ts';
import type { CaptureLevel } from '../domain/agent-status.ts';
import type { Store } from '../store/store.ts';
import type { Needs, TableNeed } from '../views/view.ts';

export interface WantsOptions {
  readonly client: Pick<AgentClient, 'setQueries' | 'setLeases'>;
  readonly store: Pick<Store, 'renew' | 'clear' | 'isRenewing' | 'begin'>;
  /** How many agents there are. */
  readonly agents: number;
  /** How deep may be captured at most, and how much of each message is kept. */
  readonly lease: LeaseRequest;
  /** Rows of each table looked at that an agent sends at most. */
  readonly maxRowsPerSecond: number;
  /** Agents that have these pods; undefined = not known, or all. */
  readonly agentsOf?: ((pods: readonly string[]) => ReadonlySet<string> | undefined) | undefined;
  /** Owners and labels of all pods are known without the agents. */
  readonly knowsPods?: (() => boolean) | undefined;
}

export interface Wants {
  /** True when rows of another query are on their way. */
  want(needs: Needs): boolean;
  /** Of which rows are wanted. */
  tables(): readonly string[];
}

/** The agents answer a query within this time or have no row for it. */
const answerMs = 1_500;
/** Kept rows to ask the agents for when a query begins. */
const backlog = 2_000;

/** Scopes a lease may have at an agent. */
const mostScopes = 256;

/** Among many agents, between two words on the same connections or the same container: most of what they would say each second is of pods that do nothing new. */
const levelPaceMs = 5_000;

/** What is told of everything, and how much of what was told before: some minutes of summaries, the last word on everything else. */
export const summaries: readonly RowQuery[] = [
  { table: 'pod_stats', backlog: 60_000 },
  { table: 'edge_stats', backlog: 60_000 },
  { table: 'endpoint_stats', backlog: 60_000 },
  { table: 'conn_stats', backlog: 20_000, paceMs: levelPaceMs },
  { table: 'process_stats', backlog: 20_000, paceMs: levelPaceMs },
].map((query) => ({ ...query, filter: '', payload: false, maxRowsPerSecond: 0, once: false }));

/** Among many agents these are asked for only once somebody looks at what they say: they are most of the summaries. */
const askedWhenLookedAt: ReadonlySet<string> = new Set(['endpoint_stats']);

/** What so many agents are asked to tell always. */
export function summariesOf(agents: number): readonly RowQuery[] {
  return agents > fewAgents ? summaries.filter(({ table }) => !askedWhenLookedAt.has(table)) : summaries;
}

/** Owners and labels of an agent's pods. */
export const podInfo: RowQuery = {
  table: 'pod_info',
  filter: '',
  payload: false,
  backlog: 5_000,
  maxRowsPerSecond: 0,
  once: false,
};

/** What the summaries need: heads of everything. */
export const baseLease: NamedLease = { name: 'base', level: 'heads', scopes: [], messageCap: 0 };

export function createWants(options: WantsOptions): Wants {
  const { client, store, agents: count, lease, maxRowsPerSecond, agentsOf, knowsPods = () => false } = options;
  const filters = new Map<string, string>();
  const renewals = new Map<string, NodeJS.Timeout>();
  /** What was looked at once goes on, so that the next look finds all of it. */
  let always = summariesOf(count);

  /** Rows of the earlier query stand until those of the new one come, so that a key pressed meanwhile finds the row it is meant for. */
  const begin = ({ table, rowsStand }: TableNeed) => {
    if (rowsStand) store.renew(table);
    else store.clear(table);
    clearTimeout(renewals.get(table));
    const renewal = setTimeout(() => store.isRenewing(table) && store.clear(table), answerMs).unref();
    renewals.set(table, renewal);
  };

  return {
    want({ tables, level, scopes }) {
      // Summaries are on their way already, and whole: other screens need the rows that a filter leaves out.
      const rows = tables.filter(({ table }) => !summaries.some((each) => each.table === table));
      for (const query of summaries) {
        if (always.some(({ table }) => table === query.table) || !tables.some(({ table }) => table === query.table))
          continue;
        // What the agents have kept of it reaches back differently far: none of it, so that what is shown is whole.
        always = [...always, { ...query, backlog: 0 }];
        store.begin(query.table);
      }
      const others = rows.filter(({ table, filter }) => filters.get(table) !== filter);
      for (const need of others) begin(need);
      filters.clear();
      for (const { table, filter } of rows) filters.set(table, filter);
      // What a screen is about runs on a few nodes: the others need not look for its rows. Summaries come from all.
      const agents = scopes.length > 0 ? agentsOf?.(scopes) : undefined;
      const plain = { payload: false, backlog, maxRowsPerSecond, once: false, agents };
      const asked = rows.map(({ table, filter }) => ({ table, filter, ...plain }));
      client.setQueries([...asked, ...always, ...(knowsPods() ? [] : [podInfo])]);
      client.setLeases(leasesOf(level, scopes, lease));
      return others.length > 0;
    },
    tables: () => [...filters.keys()],
  };
}

function leasesOf(level: CaptureLevel, scopes: readonly string[], most: LeaseRequest): readonly NamedLease[] {
  const depth = lower(level, most.level);
  if (!isDeeper(depth, baseLease.level)) return [baseLease];
  // An agent takes no longer list: so many pods are as good as all.
  const some = scopes.length > mostScopes ? [] : scopes;
  return [baseLease, { name: 'screen', level: depth, scopes: some, messageCap: most.messageCap }];
}

const levels: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];
const rank = (level: CaptureLevel) => levels.indexOf(level);
const isDeeper = (a: CaptureLevel, b: CaptureLevel) => rank(a) > rank(b);
const lower = (a: CaptureLevel, b: CaptureLevel) => (isDeeper(a, b) ? b : a);
