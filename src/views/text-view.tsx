/** A view that is a text one scrolls and searches: help, commands, one agent. */
import type { Feedback } from '../tui/prompt.tsx';
import {
  clampScroll,
  type Layout,
  layOut,
  reveal,
  type ScrollState,
  scrollTop,
  stepMatch,
} from '../tui/scroll-state.ts';
import { ScrollText } from '../tui/scroll-text.tsx';
import { plainText, type StyledLine, span } from '../tui/styled-line.ts';
import type { Action, Area } from '../tui/view.ts';
import { positionOf } from './position.ts';
import { searchField } from './search-field.ts';
import type { View, ViewContext, ViewScreen } from './view.ts';

export interface TextViewOptions {
  readonly id: string;
  readonly crumb: string;
  heading(): StyledLine;
  /** The text as it is now, for a width; the same array as long as it is the same. */
  lines(width: number): readonly StyledLine[];
  /** What can be done besides scrolling and searching. */
  actions?(): readonly Action[];
}

export function createTextView(context: ViewContext, options: TextViewOptions): View {
  let scroll: ScrollState = scrollTop;
  let area: Area = { width: 80, height: 20 };
  let known: { lines: readonly StyledLine[]; width: number; scroll: ScrollState; layout: Layout } | undefined;

  const layout = (): Layout => {
    const lines = options.lines(area.width);
    const isFresh = known?.lines === lines && known.width === area.width && sameLayout(known.scroll, scroll);
    if (!known || !isFresh) known = { lines, width: area.width, scroll, layout: layOut(lines, area.width, scroll) };
    return known.layout;
  };
  const set = (next: ScrollState) => {
    scroll = clampScroll(next, layout(), area.height);
    context.changed();
  };
  const scrollBy = (rows: number) => set({ ...scroll, top: Math.max(0, scroll.top + rows) });
  const page = () => Math.max(1, area.height - 1);
  const search = (wanted: string): Feedback => {
    scroll = { ...scroll, search: wanted, match: 0 };
    const [first] = layout().matchRows;
    if (first !== undefined) scroll = reveal(scroll, first, area.height);
    if (wanted === '') return { note: 'text to look for' };
    const { length } = layout().matchRows;
    return { note: length === 1 ? '1 match' : `${length} matches` };
  };
  const group = options.id;
  const actions = (): readonly Action[] => [
    ...(options.actions?.() ?? []),
    { id: 'text.up', title: 'up', keys: ['up', 'k'], group, run: () => scrollBy(-1) },
    { id: 'text.down', title: 'down', keys: ['down', 'j'], group, run: () => scrollBy(1) },
    { id: 'text.page.up', title: 'page up', keys: ['pageup', 'ctrl+b'], group, run: () => scrollBy(-page()) },
    {
      id: 'text.page.down',
      title: 'page down',
      keys: ['pagedown', 'ctrl+f', 'space'],
      group,
      run: () => scrollBy(page()),
    },
    { id: 'text.top', title: 'top', keys: ['g', 'home'], group, run: () => set({ ...scroll, top: 0 }) },
    {
      id: 'text.end',
      title: 'end',
      keys: ['shift+g', 'end'],
      group,
      run: () => set({ ...scroll, top: Number.MAX_SAFE_INTEGER }),
    },
    {
      id: 'text.next',
      title: 'next match',
      keys: ['n'],
      group,
      run: () => set(stepMatch(scroll, layout(), area.height, 1)),
    },
    {
      id: 'text.previous',
      title: 'previous match',
      keys: ['shift+n'],
      group,
      run: () => set(stepMatch(scroll, layout(), area.height, -1)),
    },
  ];
  const screen = (given: Area): ViewScreen => {
    area = given;
    scroll = clampScroll(scroll, layout(), area.height);
    const found = scroll.search === '' ? [] : [span(` </${scroll.search}>`, 'titleFilter')];
    const heading = [...options.heading(), ...positionOf(scroll.top, area.height, layout().rows.length), ...found];
    const body = <ScrollText layout={layout()} state={scroll} width={area.width} height={area.height} />;
    return { title: plainText(heading), heading, actions: actions(), body };
  };
  return {
    id: options.id,
    crumb: options.crumb,
    screen,
    actions,
    field: searchField(() => scroll.search, search),
    back() {
      if (scroll.search === '') return false;
      scroll = { ...scroll, search: '', match: 0 };
      return true;
    },
  };
}

function sameLayout(a: ScrollState, b: ScrollState): boolean {
  return a.wrap === b.wrap && a.search === b.search && a.match === b.match;
}
