/** The app as a state machine without a screen: keys and snapshots go in, what to paint comes out. */
import type { Snapshot } from '../store/store.ts';
import type { Flash, FlashLevel } from '../tui/flash.ts';
import { actionLayer, type KeyHandler, routeKey } from '../tui/focus.ts';
import type { KeyPress } from '../tui/keys.ts';
import type { Ui } from '../tui/ui-context.tsx';
import type { Action } from '../tui/view.ts';
import { viewSpecs } from '../views/index.ts';
import type { Needs, Ports, View } from '../views/view.ts';
import { createAppCore } from './app-core.ts';
import type { AppInfo } from './facts.ts';
import { fieldActions, globalActions, type ShellMoves, saveActions, timeActions } from './global-actions.ts';
import { defaultKeys, type KeyMap } from './key-map.ts';
import { namespaceActions } from './namespace-choice.ts';
import { createOpenedViews } from './opened-views.ts';
import { createPrompts, type OpenPrompt } from './prompts.ts';
import { createCommandRunner } from './run-command.ts';
import { createShellMoves } from './shell-moves.ts';
import { topOf } from './stack.ts';
import { namesIn, namespacesIn, type Vocabulary } from './vocabulary.ts';

export interface AppOptions {
  readonly ports: Ports;
  readonly ui: Ui;
  readonly info: AppInfo;
  /** Unix ms. */
  readonly now: () => number;
  readonly snapshot: Snapshot;
  /** First command line, e.g. "http /kuard". */
  readonly command: string;
  /** Namespaces shown at first; none = all. */
  readonly namespaces?: readonly string[];
  /** The person's own keys; default: those the actions come with. */
  readonly keyMap?: KeyMap;
}

export interface Crumb {
  readonly name: string;
  /** What the drill-down is about, e.g. "shop/api". */
  readonly about: string | undefined;
}

export interface App {
  /** Takes keys in order; one notification answers them all. */
  press(keys: readonly KeyPress[]): void;
  /** Shows a new snapshot. */
  show(snapshot: Snapshot): void;
  flash(level: FlashLevel, text: string): void;
  /** Says across the top, from now on, what has gone wrong for good. */
  warn(text: string): void;
  /** What was said so, or undefined. */
  warning(): string | undefined;
  readonly subscribe: (listener: () => void) => () => void;
  /** Rises with every change. */
  readonly getVersion: () => number;
  readonly info: AppInfo;
  readonly ui: Ui;
  snapshot(): Snapshot;
  now(): number;
  views(): readonly View[];
  /** The way to the screen, outermost first. */
  crumbs(): readonly Crumb[];
  prompt(): OpenPrompt | undefined;
  currentFlash(): Flash | undefined;
  headerShown(): boolean;
  /** Chosen ones; empty = all. */
  namespaces(): ReadonlySet<string>;
  /** What the screens want of the agents. */
  needs(): Needs;
  /** Everything that can be done now, innermost first. */
  actions(): readonly Action[];
  /** The digits that choose namespaces; part of `actions`. */
  namespaceActions(): readonly Action[];
}

export function createApp(options: AppOptions): App {
  const { ports, ui, now, keyMap = defaultKeys } = options;
  const core = createAppCore(ports, now, options.snapshot);
  const { choice, say, changed } = core;
  let warning: string | undefined;

  const actions = (): readonly Action[] => {
    const top = topOf(core.stack);
    const own = top.actions();
    return keyMap.apply([
      ...own,
      ...(top.field ? fieldActions(shell, top.field.title) : []),
      ...(top.saving ? saveActions(shell, own) : []),
      ...(top.time ? timeActions(shell, own) : []),
      ...namespaceActions(choice, changed),
      ...globalActions(shell),
    ]);
  };
  const actionsLayer: KeyHandler = (key) => actionLayer(actions(), (reason) => say('warning', reason))(key);

  const views = createOpenedViews(core, ui, actions);
  const [home] = viewSpecs;
  if (!home) throw new Error('no views are registered');
  core.start(views.viewOf(home));

  const vocabulary = (): Vocabulary => ({
    specs: viewSpecs,
    namespaces: choice.seen,
    // Read when a word may be one of them: there are thousands.
    get names() {
      return namesIn(core.snapshot);
    },
  });
  const prompts = createPrompts(changed, (problem) => say('error', problem));
  const run = createCommandRunner(core, views, vocabulary, () => shell);
  const shell: ShellMoves = createShellMoves(core, { context: views.context, prompts, vocabulary, run, actions });

  const app: App = {
    press: (keys) =>
      core.gather(() => {
        for (const key of keys) routeKey([prompts.layer, actionsLayer], key);
      }),
    show(next) {
      if (next.version === core.snapshot.version) return;
      const isNewer = next.held?.to !== core.snapshot.held?.to;
      core.snapshot = next;
      if (isNewer) choice.see(namespacesIn(next, choice.seen.length === 0));
      prompts.refresh();
      changed();
    },
    flash: say,
    warn(text) {
      warning = text;
      changed();
    },
    warning: () => warning,
    subscribe: core.subscribe,
    getVersion: core.getVersion,
    info: options.info,
    ui,
    snapshot: () => core.snapshot,
    now,
    views: () => core.stack.views,
    crumbs: () => core.stack.views.map((view) => ({ name: view.crumb, about: views.aboutOf(view) })),
    prompt: prompts.current,
    currentFlash: core.flash,
    headerShown: () => core.headerShown,
    namespaces: () => choice.chosen,
    needs: core.needs,
    actions,
    namespaceActions: () => keyMap.apply(namespaceActions(choice, changed)),
  };
  choice.see(namespacesIn(core.snapshot, true));
  choice.set(options.namespaces ?? []);
  core.want();
  const problem = run(options.command);
  if (problem) say('error', problem);
  return app;
}
