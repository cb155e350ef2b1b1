/** The built agent, and its rows as a terminal gets them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type AgentClient, endpointAt } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import type { Loss } from '../../src/domain/agent-status.ts';
import type { Row } from '../../src/domain/column.ts';
import { rowKey, type Table } from '../../src/domain/table.ts';
import { agentBundle } from './kelpie.ts';

export interface RunningAgent {
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the agent with these flags. */
export async function startAgentProcess(address: string, ...flags: string[]): Promise<RunningAgent> {
  if (!existsSync(agentBundle)) throw new Error('dist/agent.js is missing: npm run build');
  const child: ChildProcess = spawn(process.execPath, [agentBundle, '--listen', address, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const [line] = child.stdout ? await Promise.race([once(createInterface(child.stdout), 'line'), exit]) : [''];
  const said = JSON.parse(String(line)) as { ready?: boolean; error?: unknown };
  if (!said.ready) throw new Error(`the agent did not start: ${line}`);
  return {
    address,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

export interface Watched {
  /** The newest state of every row, in order of their first. */
  rows(): Row[];
  /** The agent's losses of its own. */
  losses(): readonly Loss[];
  /** Resolves with what `look` gives once that is something; rejects with the rows after `ms`. */
  until<T>(look: (rows: Row[]) => T | undefined | false, ms?: number): Promise<T>;
  close(): Promise<void>;
}

/** Watches a table of an agent, with a lease on everything. */
export function watchTable(address: string, table: Table, level: 'flows' | 'heads' = 'heads'): Watched {
  const rows = new Map<string, Row>();
  const lookers = new Set<() => void>();
  let losses: readonly Loss[] = [];
  const client: AgentClient = createAgentClient({
    agents: [endpointAt(address)],
    queries: [{ table: table.id, filter: '', payload: false, backlog: 10_000, maxRowsPerSecond: 0, once: false }],
    leases: [{ name: 'test', level, scopes: [], messageCap: 0 }],
    onEvent(event) {
      if (event.type === 'status') losses = event.status.losses;
      if (event.type === 'rows') for (const row of event.rows) rows.set(rowKey(table, row), row);
      for (const look of lookers) look();
    },
  });
  return {
    rows: () => [...rows.values()],
    losses: () => losses,
    until: (look, ms = 15_000) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          lookers.delete(check);
        };
        const check = () => {
          const found = look([...rows.values()]);
          if (found === undefined || found === false) return;
          stop();
          resolve(found as Exclude<typeof found, false | undefined>);
        };
        const timer = setTimeout(() => {
          stop();
          const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
          reject(
            new Error(
              `${table.id} never had it:\n${[...rows.values()].map((row) => JSON.stringify(row, text)).join('\n')}`,
            ),
          );
        }, ms);
        lookers.add(check);
        check();
      }),
    close: () => client.close(),
  };
}
