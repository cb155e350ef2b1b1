/** All of one agent: facts, programs, leases, totals and losses. */
import { formatCount, formatDuration } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { AgentState } from '../../store/store.ts';
import { Lines } from '../../tui/lines.tsx';
import { ScrollBox } from '../../tui/scroll-box.tsx';
import { SmallTable, type SmallTableProps, smallTableHeight } from '../../tui/small-table.tsx';
import { cropLine, paintLine, plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Action, Area } from '../../tui/view.ts';
import { Message } from '../message.tsx';
import { positionOf } from '../position.ts';
import type { View, ViewContext, ViewScreen } from '../view.ts';
import { captureLines } from './captures.ts';
import { keptBackLines } from './cluster-facts.ts';
import { agentFacts, lossLines, nameOf, totalLines } from './facts.ts';

/** A stretch of the page: lines of text, or a table. */
type Block = { readonly lines: readonly StyledLine[] } | { readonly table: SmallTableProps };

export function createAgentView(context: ViewContext, address: string): View {
  const { ui } = context;
  let top = 0;
  let area: Area = { width: 80, height: 20 };
  const agent = () => context.snapshot().agents.find((state) => state.agent === address);
  const blocks = (): readonly Block[] => {
    const state = agent();
    return state ? blocksOf(state, context.now(), area.width) : [];
  };
  const height = () => blocks().reduce((sum, block) => sum + blockHeight(block), 0);
  const clamp = (row: number) => Math.max(0, Math.min(row, height() - area.height));
  const to = (row: number) => {
    top = clamp(row);
    context.changed();
  };
  const page = () => Math.max(1, area.height - 1);
  const actions = (): readonly Action[] => {
    const group = 'agent';
    return [
      { id: 'agent.up', title: 'up', keys: ['up', 'k'], group, run: () => to(top - 1) },
      { id: 'agent.down', title: 'down', keys: ['down', 'j'], group, run: () => to(top + 1) },
      { id: 'agent.page.up', title: 'page up', keys: ['pageup', 'ctrl+b'], group, run: () => to(top - page()) },
      {
        id: 'agent.page.down',
        title: 'page down',
        keys: ['pagedown', 'ctrl+f', 'space'],
        group,
        run: () => to(top + page()),
      },
      { id: 'agent.top', title: 'top', keys: ['g', 'home'], group, run: () => to(0) },
      { id: 'agent.end', title: 'end', keys: ['shift+g', 'end'], group, run: () => to(height()) },
    ];
  };
  const screen = (given: Area): ViewScreen => {
    area = given;
    top = clamp(top);
    const state = agent();
    const heading: StyledLine = [
      span('agent', 'title'),
      span('('),
      span(state ? nameOf(state) : sanitizeLine(address), 'titleScope'),
      span(')'),
      ...positionOf(top, area.height, height()),
    ];
    const body = state ? (
      <ScrollBox top={top} width={area.width} height={area.height}>
        {blocks().map((block, i) =>
          'lines' in block ? (
            <Lines
              // biome-ignore lint/suspicious/noArrayIndexKey: blocks stand in a fixed order
              key={i}
              lines={block.lines.map((line) => paintLine(cropLine(line, 0, area.width), ui.theme))}
              width={area.width}
              height={block.lines.length}
            />
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks stand in a fixed order
            <SmallTable key={i} {...block.table} />
          ),
        )}
      </ScrollBox>
    ) : (
      <Message lines={['This agent is no longer watched.']} area={area} />
    );
    return { title: plainText(heading), heading, actions: actions(), body };
  };
  return { id: 'agent', crumb: 'agent', screen, actions };
}

function blocksOf(state: AgentState, now: number, width: number): readonly Block[] {
  const { status } = state;
  const programs = status?.programs ?? [];
  const seesPackets = programs.some(({ attachType }) => attachType.startsWith('cgroup_skb'));
  const leases = status?.leases ?? [];
  return [
    {
      lines: [
        ...agentFacts(state, now, width),
        [],
        head('Captures now'),
        ...captureLines(state),
        ...keptBack(state, width),
        [],
        head('Losses'),
        ...lossLines(state, width),
        [],
        head('Totals'),
        ...totalLines(state),
      ],
    },
    { lines: [[], head(`Attached programs (${programs.length})`)] },
    ...(programs.length === 0
      ? [{ lines: [[span('  none: nothing is attached to the kernel', 'muted')]] }]
      : [
          {
            table: {
              columns: [left('PROGRAM'), left('ATTACHED AS'), left('CGROUP'), right('INSTRUCTIONS')],
              rows: programs.map((program) => [
                sanitizeLine(program.name),
                sanitizeLine(program.attachType),
                sanitizeLine(program.cgroup),
                program.instructions === 0 ? '-' : formatCount(program.instructions),
              ]),
            },
          },
        ]),
    ...(programs.length > 0 && !seesPackets
      ? [{ lines: [[span('  those that see packets are attached while somebody watches', 'muted')]] }]
      : []),
    { lines: [[], head(`Leases (${leases.length})`)] },
    ...(leases.length === 0
      ? [{ lines: [[span('  none: nobody asks for more than counters', 'muted')]] }]
      : [
          {
            table: {
              columns: [left('CLIENT'), left('LEVEL'), left('SCOPE'), right('LEFT')],
              rows: leases.map((lease) => [
                sanitizeLine(lease.client),
                sanitizeLine(lease.level),
                sanitizeLine(lease.scope) || 'everything',
                formatDuration(Math.round(lease.remainingMs / 1000) * 1e9),
              ]),
            },
          },
        ]),
  ];
}

function keptBack(state: AgentState, width: number): readonly StyledLine[] {
  const lines = keptBackLines(state, width);
  return lines.length === 0 ? [] : [[], head('Kept back by the policy'), ...lines];
}

function blockHeight(block: Block): number {
  return 'lines' in block ? block.lines.length : smallTableHeight(block.table.rows.length);
}

const head = (text: string): StyledLine => [span(` ${text}`, 'section')];
const left = (title: string) => ({ title, align: 'left' as const });
const right = (title: string) => ({ title, align: 'right' as const });
