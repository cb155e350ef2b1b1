/** Every key of every screen, taken from the action tables of the screens themselves: for the documentation and its checks. */
import type { AgentStatus } from '../domain/agent-status.ts';
import type { ColumnSpec, Row } from '../domain/column.ts';
import type { Table } from '../domain/table.ts';
import { dnsEvents } from '../domain/tables/dns-events.ts';
import { exampleHttpEvent } from '../domain/tables/example-http-event.ts';
import { httpEvents } from '../domain/tables/http-events.ts';
import { tcpStatsEvents } from '../domain/tables/tcp-stats-events.ts';
import { createStore } from '../store/create-store.ts';
import { type ActionGroup, groupActions } from '../tui/actions.ts';
import { chooseGlyphs } from '../tui/glyphs.ts';
import { createTheme } from '../tui/theme.ts';
import type { Action } from '../tui/view.ts';
import { viewSpecs } from '../views/index.ts';
import { createApp } from './app.ts';

export interface ScreenKeys {
  readonly screen: string;
  /** Where its keys are listed apart from those that work everywhere. */
  readonly groups: readonly ActionGroup[];
}

/** Commands and keys that lead to each screen, in the order in which a person meets them. */
const ways: readonly (readonly [screen: string, command: string, keys: readonly string[]])[] = [
  [':http, the live table', 'http', []],
  ['One exchange (enter on a request)', 'http', ['enter']],
  ['JSON (y on a request)', 'http', ['y']],
  [':ns', 'ns', []],
  [':svc', 'svc', []],
  [':pods', 'pods', []],
  [':endpoints', 'endpoints', []],
  [':flows', 'flows', []],
  [':conns', 'conns', []],
  ['One connection (d on a connection)', 'conns', ['d']],
  [':dns', 'dns', []],
  ['One DNS query (enter on a query)', 'dns', ['enter']],
  [':errors', 'errors', []],
  [':slow', 'slow', []],
  [':map', 'map', []],
  [':latency', 'latency', []],
  [':pulse', 'pulse', []],
  [':agents', 'agents', []],
  ['One agent (enter on an agent)', 'agents', ['enter']],
  ['Texts: help, commands', 'alias', []],
];

const everywhere = 'everywhere';

/**
 * The keys of each screen, and last those that work on all of them. Lists differ from each other in a few keys only; what all of them
 * have is told of each, so that nobody has to put two tables together.
 */
export function keyReference(): readonly ScreenKeys[] {
  const screens = ways.map(([screen, command, keys]) => ({ screen, actions: actionsOn(command, keys) }));
  const common = screens[0]?.actions.filter(({ group }) => group === everywhere) ?? [];
  return [
    ...screens.map(({ screen, actions }) => ({
      screen,
      groups: groupActions(actions.filter(({ group }) => group !== everywhere)),
    })),
    { screen: 'Everywhere', groups: groupActions(common) },
  ];
}

/** The actions of every screen, as they come. */
export function actionTables(): readonly (readonly Action[])[] {
  return [
    ...ways.map(([, command, keys]) => actionsOn(command, keys)),
    ...viewSpecs.map(({ id }) => actionsOn(id, [])),
  ];
}

/** What can be done after a command and some keys, in an app that watches one agent with one exchange. */
function actionsOn(command: string, keys: readonly string[]): readonly Action[] {
  const store = createStore();
  const agent = 'unix:/run/kelpie.sock';
  store.apply({ type: 'link', agent, link: { state: 'connected' } });
  store.apply({ type: 'status', agent, status });
  store.apply({ type: 'rows', agent, table: httpEvents.id, rows: [exampleHttpEvent()] });
  for (const table of [dnsEvents, tcpStatsEvents]) {
    store.apply({ type: 'rows', agent, table: table.id, rows: [emptyRow(table)] });
  }
  store.publish();
  const app = createApp({
    ports: {
      fetchRow: () => new Promise(() => {}),
      want: () => {},
      copy: () => undefined,
      quit: () => {},
      suspend: () => {},
      repaint: () => {},
    },
    ui: { theme: createTheme(0), glyphs: chooseGlyphs('unicode', {}) },
    info: { sourceName: '', version: '' },
    now: () => 0,
    snapshot: store.getSnapshot(),
    command,
  });
  app.press(keys.map((name) => ({ name, text: '' })));
  return app.actions();
}

/** A row that says as little as a row of the table can. */
function emptyRow(table: Table): Row {
  const values = table.columnIds.map((id) => {
    const { type = 'text', required = false } = table.columns[id] ?? {};
    if (!required) return [id, null] as const;
    return [id, type === 'time' ? 0n : stored[type] === 'text' ? '' : type === 'bool' ? false : 0] as const;
  });
  return Object.fromEntries(values);
}

/** Types whose values are text; of the others this file needs numbers and times alone. */
const stored: Partial<Record<ColumnSpec['type'], 'text'>> = Object.fromEntries(
  (
    [
      'text',
      'id',
      'enum',
      'endpoint',
      'ip',
      'namespace',
      'node',
      'path',
      'pod',
      'process',
      'method',
      'service',
    ] as const
  ).map((type) => [type, 'text']),
);

const status: AgentStatus = {
  node: 'node',
  version: '',
  kernel: '',
  source: { kind: 'live', name: '', progress: 0 },
  started: 0n,
  pid: 1,
  cpus: 1,
  cpuNanos: 0,
  rssBytes: 0,
  mapBytes: 0,
  programs: [],
  totals: {},
  losses: [],
  leases: [],
  ringRows: 0,
  ringBytes: 0,
};
