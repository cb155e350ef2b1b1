import { type StyledLine, span } from '../../tui/styled-line.ts';
import { createTextView } from '../text-view.tsx';
import type { ViewSpec } from '../view.ts';

/** `:alias`: what the command line understands. */
export const aliasSpec: ViewSpec = {
  id: 'alias',
  aliases: ['aliases', 'a', 'commands'],
  doc: 'The commands and their other names.',
  create(context) {
    const lines: StyledLine[] = [
      [span(` ${'COMMAND'.padEnd(12)}${'ALSO'.padEnd(28)}`, 'head'), span('WHAT IT SHOWS', 'head')],
      ...context.specs.map(
        ({ id, aliases, doc }): StyledLine => [
          span(` ${`:${id}`.padEnd(12)}`, 'key'),
          span(
            aliases
              .map((alias) => `:${alias}`)
              .join(' ')
              .padEnd(28),
            'muted',
          ),
          span(doc),
        ],
      ),
      [span(` ${':quit'.padEnd(12)}`, 'key'), span(':q :exit'.padEnd(28), 'muted'), span('Leave.')],
    ];
    return createTextView(context, {
      id: 'alias',
      crumb: 'alias',
      heading: () => [span('commands', 'title')],
      lines: () => lines,
    });
  },
};
