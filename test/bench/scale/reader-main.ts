/**
 * A reader of all agents at once, through the terminal's own client and store: what came, by agent and table, and how each agent stands.
 *
 * Usage: reader-main.ts FOLDER AGENTS. Lines on stdin: "figures" = the figures as JSON. The end of stdin is its end.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createAgentClient } from '../../../src/agent-client/create-agent-client.ts';
import { summaries } from '../../../src/commands/wants.ts';
import { createStore } from '../../../src/store/create-store.ts';
import { processMemory } from '../cpu.ts';
import { nodeName, socketName } from './cluster.ts';

export interface ReaderFigures {
  /** How the store has those that are not up. */
  readonly unwell: readonly { readonly agent: string; readonly state: string; readonly reason: string }[];
  readonly up: number;
  /** Of the store's own limits: summaries it had no room for. */
  readonly turnedAway: number;
  readonly peakRssBytes: number;
}

const [folder = '', agentsText = '1'] = process.argv.slice(2);
const counts: Record<string, Record<string, number>> = {};
const store = createStore();
const query = { filter: '', payload: false, once: false };
createAgentClient({
  agents: Array.from({ length: Number(agentsText) }, (_, node) => {
    return { agent: nodeName(node), address: `unix:${join(folder, socketName(node))}` };
  }),
  queries: [...summaries, { ...query, table: 'http_events', backlog: 100, maxRowsPerSecond: 120 }],
  leases: [{ name: 'base', level: 'heads', scopes: [], messageCap: 0 }],
  onEvent(event) {
    store.apply(event);
    if (event.type !== 'rows') return;
    counts[event.agent] ??= {};
    const of = counts[event.agent] as Record<string, number>;
    of[event.table] = (of[event.table] ?? 0) + event.rows.length;
  },
});
setInterval(store.publish, 1_000);
process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin })) {
  store.publish();
  const { agents, losses } = store.getSnapshot();
  const unwell = agents.flatMap(({ agent, link, status }) => {
    if (link.state === 'connected' && status) return [];
    return [{ agent, state: link.state, reason: link.state === 'retrying' ? link.reason : '' }];
  });
  const turnedAway = losses
    .filter(({ reason }) => reason.startsWith('summary-'))
    .reduce((sum, { count }) => sum + count, 0);
  const figures: ReaderFigures = {
    unwell,
    up: agents.length - unwell.length,
    turnedAway,
    peakRssBytes: processMemory(process.pid).peak,
  };
  process.stdout.write(`${JSON.stringify({ ...figures, counts })}\n`);
}
process.exit(0);
