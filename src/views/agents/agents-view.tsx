/** `:agents`: who captures, how it fares, what it lost; the chosen one in more words below. */
import type { AgentState } from '../../store/store.ts';
import { Lines } from '../../tui/lines.tsx';
import { followStart, grip, type ListCursor, move, place } from '../../tui/list-cursor.ts';
import { cropLine, paintLine, plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import { headLine, rowLine, selectedLine, type TableRow } from '../../tui/table-line.ts';
import type { Action, Area } from '../../tui/view.ts';
import { Message } from '../message.tsx';
import type { View, ViewContext, ViewScreen } from '../view.ts';
import { agentColumns } from './agent-columns.ts';
import { createAgentView } from './agent-view.tsx';
import { agentSummary, isAway, linkWord, lossSummary, nameOf } from './facts.ts';

export function createAgentsView(context: ViewContext): View {
  const { ui } = context;
  let cursor: ListCursor = followStart;
  let area: Area = { width: 80, height: 20 };
  const agents = (): readonly AgentState[] => context.snapshot().agents;
  const keys = () => ({ length: agents().length, keyAt: (index: number) => agents()[index]?.agent ?? '' });
  /** The list takes what it needs, at most half; the chosen agent gets the rest. */
  const listHeight = () => Math.max(1, Math.min(agents().length, Math.floor(area.height / 2) - 1));
  const chosen = () => agents()[place(cursor, keys(), listHeight()).index];
  const step = (rows: number) => {
    cursor = grip(move(cursor, keys(), listHeight(), rows), keys(), listHeight());
    context.changed();
  };

  const actions = (): readonly Action[] => {
    const group = 'agents';
    const none = agents().length === 0 ? 'no agent here' : undefined;
    const open = () => {
      const agent = chosen();
      if (agent) context.open(createAgentView(context, agent.agent));
    };
    return [
      {
        id: 'agents.open',
        title: 'all of one agent',
        keys: ['enter', 'd'],
        group,
        hint: true,
        disabled: none,
        run: open,
      },
      { id: 'agents.up', title: 'up', keys: ['up', 'k'], group, run: () => step(-1) },
      { id: 'agents.down', title: 'down', keys: ['down', 'j'], group, run: () => step(1) },
    ];
  };
  const lines = (): readonly string[] => {
    const now = context.now();
    const columns = agentColumns(area.width - 2);
    const { index, top } = place(cursor, keys(), listHeight());
    const rows = agents()
      .slice(top, top + listHeight())
      .map((agent, i) => {
        const row: TableRow = {
          cells: columns.map((column) => column.cell(agent, now)),
          mark: isAway(agent) ? ui.glyphs.marks.error : ' ',
          token: isAway(agent) ? 'error' : 'text',
        };
        return top + i === index ? selectedLine(columns, row, undefined, area.width, ui) : rowLine(columns, row, ui);
      });
    const agent = chosen();
    const below: StyledLine[] = agent
      ? [
          [],
          [span(` ${nameOf(agent)} `, 'section'), span(linkWord(agent, now).text, 'muted')],
          ...agentSummary(agent, now),
          [],
          [span(' Losses', 'section')],
          ...lossSummary(agent, area.width),
        ]
      : [];
    return [
      headLine(columns, undefined, ui),
      ...rows,
      ...below.map((line) => paintLine(cropLine(line, 0, area.width), ui.theme)),
    ];
  };
  const screen = (given: Area): ViewScreen => {
    area = given;
    const heading: StyledLine = [
      span('agents', 'title'),
      span('['),
      span(String(agents().length), 'titleCount'),
      span(']'),
    ];
    const body =
      agents().length === 0 ? (
        <Message lines={['No agent yet.']} area={area} />
      ) : (
        <Lines lines={lines()} width={area.width} height={area.height} />
      );
    return { title: plainText(heading), heading, actions: actions(), body };
  };
  return { id: 'agents', crumb: 'agents', screen, actions };
}
