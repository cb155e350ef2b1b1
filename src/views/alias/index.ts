import { type StyledLine, span } from '../../tui/styled-line.ts';
import { createTextView } from '../text-view.tsx';
import type { ViewSpec } from '../view.ts';
import { wrapWords } from '../wrap-words.ts';

type Named = Pick<ViewSpec, 'id' | 'aliases' | 'doc'>;

/** `:alias`: what the command line understands. */
export const aliasSpec: ViewSpec = {
  id: 'alias',
  aliases: ['aliases', 'a', 'commands'],
  aside: true,
  doc: 'The commands and their other names.',
  create(context) {
    const builtIns = context.builtIns ?? [];
    const table = (head: string, what: string, commands: readonly Named[], width: number): readonly StyledLine[] => {
      const nameWidth = Math.max(...[...context.specs, ...builtIns].map(({ id }) => id.length)) + 3;
      const alsoWidth = Math.max(12, Math.min(34, Math.floor(width / 3)));
      return [
        [span(` ${head.padEnd(nameWidth)}${'ALSO'.padEnd(alsoWidth)}${what}`, 'head')],
        ...commands.flatMap(({ id, aliases, doc }) => {
          const also = wrapWords(aliases.map((alias) => `:${alias}`).join(' '), alsoWidth - 2);
          const words = wrapWords(doc, width - 1 - nameWidth - alsoWidth);
          return Array.from({ length: Math.max(also.length, words.length) }, (_, i): StyledLine => {
            return [
              span(` ${(i === 0 ? `:${id}` : '').padEnd(nameWidth)}`, 'key'),
              span((also[i] ?? '').padEnd(alsoWidth), 'muted'),
              span(words[i] ?? ''),
            ];
          });
        }),
      ];
    };
    const layOut = (width: number): readonly StyledLine[] => [
      ...table('VIEW', 'WHAT IT SHOWS', context.specs, width),
      [],
      ...table('COMMAND', 'WHAT IT DOES', builtIns, width),
      [],
      [
        span(
          ' Behind a command, in any order: namespaces (shop,default or all), a pod or service, /filter, column=value',
        ),
      ],
      [span('   :pods shop /api     :http /checkout status:5xx     :dns shop     :at 12:03', 'muted')],
    ];
    let known = { width: -1, lines: [] as readonly StyledLine[] };
    return createTextView(context, {
      id: 'alias',
      crumb: 'alias',
      heading: () => [span('commands', 'title')],
      lines: (width) => {
        if (known.width !== width) known = { width, lines: layOut(width) };
        return known.lines;
      },
    });
  },
};
