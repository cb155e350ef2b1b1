/** The keys of one exchange. */
import type { Action } from '../../tui/view.ts';

export type SectionName = 'body' | 'headers' | 'timing' | 'connection';

export interface ExchangeMoves {
  jumpTo(what: SectionName): void;
  neighbour(step: number): void;
  toggleHex(): void;
  openConnection(): void;
  openOtherSide(): void;
  copyBody(): void;
  copySection(): void;
  copyCurl(): void;
  openJson(): void;
}

export interface ExchangeLimits {
  /** Why there is no payload to copy; undefined = there is. */
  readonly loading: string | undefined;
  readonly hex: boolean;
}

export function exchangeActions(moves: ExchangeMoves, { loading, hex }: ExchangeLimits): readonly Action[] {
  const group = 'exchange';
  const to = (what: SectionName, key: string): Action => {
    return { id: `exchange.${what}`, title: what, keys: [key], group, hint: true, run: () => moves.jumpTo(what) };
  };
  return [
    to('body', 'b'),
    to('headers', 'h'),
    to('timing', 't'),
    to('connection', 'd'),
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
    {
      id: 'exchange.connection.open',
      title: 'its connection',
      keys: ['o', 'enter'],
      group,
      hint: true,
      run: moves.openConnection,
    },
    { id: 'exchange.other', title: 'the other side', keys: ['s'], group, hint: true, run: moves.openOtherSide },
    { id: 'exchange.hex', title: 'bodies as hex', keys: ['x'], group, hint: true, on: hex, run: moves.toggleHex },
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
    { id: 'exchange.copy.section', title: 'copy section in sight', keys: ['v'], group, run: moves.copySection },
    { id: 'exchange.json', title: 'as JSON', keys: ['y'], group, hint: true, run: moves.openJson },
  ];
}
