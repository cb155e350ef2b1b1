/** How views come to be: by command, by drilling down, for a row; and what they find around them. */
import { findTable } from '../domain/tables/index.ts';
import type { Ui } from '../tui/ui-context.tsx';
import type { Action } from '../tui/view.ts';
import { jsonViewSpec, rowViewSpecs, viewSpecs } from '../views/index.ts';
import type { View, ViewContext, ViewSpec } from '../views/view.ts';
import type { AppCore } from './app-core.ts';
import { builtIns } from './built-ins.ts';
import { push } from './stack.ts';

export interface OpenedViews {
  readonly context: ViewContext;
  /** The view of a command: those that are not beside the others live on, with their state, when they leave the stack. */
  viewOf(spec: ViewSpec): View;
  /** What a drill-down is about, e.g. "shop/api". */
  aboutOf(view: View): string | undefined;
}

/** @param actions everything that can be done now */
export function createOpenedViews(core: AppCore, ui: Ui, actions: () => readonly Action[]): OpenedViews {
  const { ports, choice, say } = core;
  const opened = new Map<string, View>();
  const abouts = new WeakMap<View, string>();
  const context: ViewContext = {
    ports,
    ui,
    specs: viewSpecs,
    builtIns,
    actions,
    snapshot: () => core.snapshot,
    now: core.now,
    changed: core.changed,
    flash: say,
    open: (view) => core.to(push(core.stack, view)),
    drill: (viewId, opening) => {
      const spec = viewSpecs.find(({ id }) => id === viewId);
      if (!spec) return;
      const view = spec.create(context, opening);
      if (opening.about) abouts.set(view, opening.about);
      context.open(view);
    },
    namespaces: () => choice.chosen,
    openRow: (table, row, neighbour) => {
      const spec = rowViewSpecs.find((each) => each.table === table);
      const known = findTable(table);
      if (spec) context.open(spec.create(context, row, neighbour));
      else if (known) context.openJson(known, row);
    },
    openJson: (table, row) => context.open(jsonViewSpec.create(context, table, row)),
    copy: (text, what) => {
      const problem = ports.copy(text);
      if (problem) say('error', `could not copy ${what}: ${problem}`);
      else say('info', `${what} sent to clipboard (OSC 52)`);
    },
  };
  return {
    context,
    viewOf(spec) {
      const view = (spec.aside ? undefined : opened.get(spec.id)) ?? spec.create(context);
      if (!spec.aside) opened.set(spec.id, view);
      return view;
    },
    aboutOf: (view) => abouts.get(view),
  };
}
