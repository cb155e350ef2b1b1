/** The keys of one exchange. */
import type { Action } from '../../tui/view.ts';

export interface ExchangeMoves {
  scroll(rows: number): void;
  page(pages: number): void;
  toStart(): void;
  toEnd(): void;
  shift(cells: number): void;
  jumpTo(what: 'body' | 'headers' | 'timing' | 'connection'): void;
  match(step: number): void;
  toggleWrap(): void;
  neighbour(step: number): void;
  copyBody(): void;
  copyCurl(): void;
  openJson(): void;
}

export function exchangeActions(moves: ExchangeMoves, loading: string | undefined): readonly Action[] {
  const group = 'exchange';
  const motion = 'moving';
  return [
    { id: 'exchange.body', title: 'body', keys: ['b'], group, hint: true, run: () => moves.jumpTo('body') },
    { id: 'exchange.headers', title: 'headers', keys: ['h'], group, hint: true, run: () => moves.jumpTo('headers') },
    { id: 'exchange.timing', title: 'timing', keys: ['t'], group, hint: true, run: () => moves.jumpTo('timing') },
    {
      id: 'exchange.connection',
      title: 'connection',
      keys: ['d'],
      group,
      hint: true,
      run: () => moves.jumpTo('connection'),
    },
    {
      id: 'exchange.next',
      title: 'next exchange',
      keys: [']', 'shift+j'],
      group,
      hint: true,
      run: () => moves.neighbour(1),
    },
    {
      id: 'exchange.previous',
      title: 'previous',
      keys: ['[', 'shift+k'],
      group,
      hint: true,
      run: () => moves.neighbour(-1),
    },
    { id: 'exchange.wrap', title: 'wrap', keys: ['w'], group, hint: true, run: moves.toggleWrap },
    { id: 'exchange.copy', title: 'copy body', keys: ['c'], group, hint: true, disabled: loading, run: moves.copyBody },
    {
      id: 'exchange.curl',
      title: 'copy as curl',
      keys: ['shift+c'],
      group,
      hint: true,
      disabled: loading,
      run: moves.copyCurl,
    },
    { id: 'exchange.json', title: 'as JSON', keys: ['y'], group, hint: true, run: moves.openJson },
    { id: 'exchange.match.next', title: 'next match', keys: ['n'], group, run: () => moves.match(1) },
    { id: 'exchange.match.previous', title: 'previous match', keys: ['shift+n'], group, run: () => moves.match(-1) },
    { id: 'exchange.up', title: 'up', keys: ['up', 'k'], group: motion, run: () => moves.scroll(-1) },
    { id: 'exchange.down', title: 'down', keys: ['down', 'j', 'enter'], group: motion, run: () => moves.scroll(1) },
    { id: 'exchange.page.up', title: 'page up', keys: ['pageup', 'ctrl+b'], group: motion, run: () => moves.page(-1) },
    {
      id: 'exchange.page.down',
      title: 'page down',
      keys: ['pagedown', 'ctrl+f', 'space'],
      group: motion,
      run: () => moves.page(1),
    },
    { id: 'exchange.top', title: 'top', keys: ['g', 'home'], group: motion, run: moves.toStart },
    { id: 'exchange.end', title: 'end', keys: ['shift+g', 'end'], group: motion, run: moves.toEnd },
    { id: 'exchange.left', title: 'to the left', keys: ['left'], group: motion, run: () => moves.shift(-8) },
    { id: 'exchange.right', title: 'to the right', keys: ['right', 'l'], group: motion, run: () => moves.shift(8) },
  ];
}
