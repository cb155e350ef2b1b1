/** What the agent tells of the bundled recording of the demo: rows of every table, as a terminal gets them. */
import { createAgentClient } from '../../../src/agent-client/create-agent-client.ts';
import { openSource } from '../../../src/commands/sources.ts';
import type { Row } from '../../../src/domain/column.ts';
import { product } from '../kelpie/product.ts';
import type { RecordedPod } from './cluster.ts';

export interface Story {
  /** By table and second. */
  readonly summaries: ReadonlyMap<string, readonly (readonly Row[])[]>;
  /** By table, the last word on each id. */
  readonly levels: ReadonlyMap<string, readonly Row[]>;
  readonly http: readonly Row[];
  /** Captured time, seconds. */
  readonly seconds: number;
  readonly pods: readonly RecordedPod[];
}

const summaryTables = ['pod_stats', 'edge_stats', 'endpoint_stats'];
const levelTables = ['conn_stats', 'process_stats', 'network_stats'];
const tables = [...summaryTables, ...levelTables, 'http_events'];
/** The recording begins in the middle of things, and a few seconds are enough to tell again and again. */
const skippedSeconds = 12;
const toldSeconds = 4;

export async function readStory(): Promise<Story> {
  const signal = new AbortController().signal;
  const choice = { kind: 'replay', file: product.agent.replace('agent.js', 'demo.kelpie'), speed: undefined } as const;
  const lease = { level: 'heads', scopes: [], messageCap: 0 } as const;
  const source = await openSource(
    { choice, redact: [], lease, namespaces: [] },
    { signal, progress: () => {}, record: undefined as never },
  );
  const rows = new Map<string, Map<string, Row>>(tables.map((table) => [table, new Map()]));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const client = createAgentClient({
    agents: source.agents,
    queries: tables.map((table) => ({
      table,
      filter: '',
      payload: false,
      backlog: 1_000_000,
      maxRowsPerSecond: 0,
      once: true,
    })),
    leases: [{ name: 'base', ...lease }],
    onEvent(event) {
      if (event.type === 'rows') for (const row of event.rows) rows.get(event.table)?.set(String(row.id), row);
      if (event.type === 'link' && event.link.state === 'ended') resolve();
    },
  });
  const timer = setTimeout(() => reject(new Error('the recording was not read in time')), 30_000);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    await client.close();
    await source.close();
  }
  return storyOf((table) => [...(rows.get(table)?.values() ?? [])]);
}

function storyOf(rowsOf: (table: string) => readonly Row[]): Story {
  const second = (row: Row) => Number((row.time_ as bigint) / 1_000_000_000n);
  const seconds = rowsOf('pod_stats').map(second);
  const begin = Math.min(...seconds);
  const summaries = summaryTables.map((table) => {
    const told = Array.from({ length: toldSeconds }, (_, n) =>
      rowsOf(table).filter((row) => second(row) === begin + skippedSeconds + n),
    );
    return [table, told] as const;
  });
  const pods = rowsOf('network_stats').flatMap(({ pod, address }) => {
    const [namespace = '', name = ''] = String(pod ?? '').split('/');
    return pod && address ? [{ namespace, name, address: String(address) }] : [];
  });
  return {
    summaries: new Map(summaries),
    levels: new Map(levelTables.map((table) => [table, rowsOf(table).filter(({ pod }) => pod !== null)])),
    http: rowsOf('http_events').slice(500, 1_500),
    seconds: Math.max(...seconds) - begin,
    pods,
  };
}
