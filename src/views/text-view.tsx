/** A view that is a text one scrolls and searches: help, commands, one row of a table in words, one exchange. */
import { ScrollText } from '../tui/scroll-text.tsx';
import { plainText, type StyledLine } from '../tui/styled-line.ts';
import type { Action } from '../tui/view.ts';
import { createTextScroller, type TextScroller } from './text-scroller.ts';
import type { View, ViewContext } from './view.ts';

export interface TextViewOptions {
  readonly id: string;
  readonly crumb: string;
  heading(): StyledLine;
  /** The text as it is now, for a width; the same array as long as it is the same. */
  lines(width: number): readonly StyledLine[];
  /** What can be done besides scrolling and searching; its keys come before those. */
  actions?(): readonly Action[];
}

export interface TextView extends View {
  readonly text: TextScroller;
}

export function createTextView(context: ViewContext, options: TextViewOptions): TextView {
  const text = createTextScroller(options.lines, context.changed);
  let full = false;
  const toggleFull = () => {
    full = !full;
    context.changed();
  };
  const actions = (): readonly Action[] => {
    const own = options.actions?.() ?? [];
    return [...own, ...without(own, textActions(text, { full, toggleFull, say: context.flash }))];
  };
  return {
    id: options.id,
    crumb: options.crumb,
    text,
    actions,
    field: text.field,
    fullscreen: () => full,
    screen(area) {
      const { layout, state } = text.place(area);
      const heading = [...options.heading(), ...text.summary()];
      const body = <ScrollText layout={layout} state={state} width={area.width} height={area.height} />;
      return { title: plainText(heading), heading, actions: actions(), body };
    },
    back() {
      if (text.endSearch()) return true;
      if (!full) return false;
      full = false;
      return true;
    },
  };
}

interface Around {
  readonly full: boolean;
  toggleFull(): void;
  say: ViewContext['flash'];
}

function textActions(text: TextScroller, { full, toggleFull, say }: Around): readonly Action[] {
  const group = 'text';
  const motion = 'moving';
  const match = (step: number) => {
    const problem = text.match(step);
    if (problem) say('info', problem);
  };
  const isWrapped = text.wraps ? 'lines are wrapped: w lets them run' : undefined;
  return [
    { id: 'text.wrap', title: 'wrap', keys: ['w'], group, hint: true, on: text.wraps, run: text.toggleWrap },
    { id: 'text.full', title: 'full screen', keys: ['f'], group, hint: true, on: full, run: toggleFull },
    { id: 'text.next', title: 'next match', keys: ['n'], group, run: () => match(1) },
    { id: 'text.previous', title: 'previous match', keys: ['shift+n'], group, run: () => match(-1) },
    { id: 'text.up', title: 'up', keys: ['up', 'k'], group: motion, run: () => text.scroll(-1) },
    { id: 'text.down', title: 'down', keys: ['down', 'j'], group: motion, run: () => text.scroll(1) },
    { id: 'text.page.up', title: 'page up', keys: ['pageup', 'ctrl+b'], group: motion, run: () => text.page(-1) },
    {
      id: 'text.page.down',
      title: 'page down',
      keys: ['pagedown', 'ctrl+f', 'space'],
      group: motion,
      run: () => text.page(1),
    },
    { id: 'text.top', title: 'top', keys: ['g', 'home'], group: motion, run: text.toStart },
    { id: 'text.end', title: 'end', keys: ['shift+g', 'end'], group: motion, run: text.toEnd },
    {
      id: 'text.left',
      title: 'to the left',
      keys: ['left'],
      group: motion,
      disabled: isWrapped,
      run: () => text.shift(-8),
    },
    {
      id: 'text.right',
      title: 'to the right',
      keys: ['right', 'l'],
      group: motion,
      disabled: isWrapped,
      run: () => text.shift(8),
    },
  ];
}

/** The actions with the keys that the text's own have left. */
function without(own: readonly Action[], actions: readonly Action[]): readonly Action[] {
  const claimed = new Set(own.flatMap(({ keys }) => keys));
  return actions.map((action) => ({ ...action, keys: action.keys.filter((key) => !claimed.has(key)) }));
}
