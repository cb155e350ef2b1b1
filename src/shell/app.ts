/** The app as a state machine without a screen: keys and snapshots go in, what to paint comes out. */
import { findTable } from '../domain/tables/index.ts';
import type { Snapshot } from '../store/store.ts';
import { currentFlash, type Flash, type FlashLevel, flashOf } from '../tui/flash.ts';
import { actionLayer, type KeyHandler, routeKey } from '../tui/focus.ts';
import type { KeyPress } from '../tui/keys.ts';
import type { Ui } from '../tui/ui-context.tsx';
import type { Action } from '../tui/view.ts';
import { createHelpView } from '../views/help/help-view.tsx';
import { jsonViewSpec, rowViewSpecs, viewSpecs } from '../views/index.ts';
import { stepTime, type TimeState, togglePause } from '../views/time.ts';
import type { Needs, Ports, View, ViewContext, ViewSpec } from '../views/view.ts';
import { builtIns } from './built-ins.ts';
import { readCommand } from './command.ts';
import type { Command, SaveForm } from './command-kinds.ts';
import { explainCommand } from './explain-command.ts';
import type { AppInfo } from './facts.ts';
import { fieldActions, globalActions, type ShellMoves, saveActions, timeActions } from './global-actions.ts';
import { defaultKeys, type KeyMap } from './key-map.ts';
import { createNamespaceChoice, namespaceActions } from './namespace-choice.ts';
import { commandTarget, fieldTarget } from './prompt-targets.ts';
import { createPrompts, type OpenPrompt } from './prompts.ts';
import { fileOf } from './save.ts';
import { jump, needsOf, pop, push, swap, topOf, type ViewStack } from './stack.ts';
import { moveTime, type TimeMove } from './time-move.ts';
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
  const listeners = new Set<() => void>();
  /** Views opened by command live on, with their state, when they leave the stack. */
  const opened = new Map<string, View>();
  const abouts = new WeakMap<View, string>();
  const choice = createNamespaceChoice();
  let snapshot = options.snapshot;
  let version = 0;
  let flash: Flash | undefined;
  let warning: string | undefined;
  let headerShown = true;
  let isGathering = false;

  const changed = () => {
    version += 1;
    if (isGathering) return;
    want();
    for (const listener of [...listeners]) listener();
  };
  /** Tells the agents when what the screens need has changed. Tables of the views below the top go on. */
  let wanted = '';
  const want = () => {
    const needs = needsOf(stack);
    const text = JSON.stringify(needs);
    if (text === wanted) return;
    wanted = text;
    ports.want(needs);
  };
  const say = (level: FlashLevel, text: string) => {
    flash = flashOf(level, text, now());
    // Asks for a repaint when the message has had its time.
    setTimeout(changed, flash.until - now() + 10).unref?.();
    changed();
  };
  const to = (next: ViewStack) => {
    stack = next;
    changed();
  };
  const context: ViewContext = {
    ports,
    ui,
    specs: viewSpecs,
    builtIns,
    actions: () => actions(),
    snapshot: () => snapshot,
    now,
    changed,
    flash: say,
    open: (view) => to(push(stack, view)),
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

  const viewOf = (spec: ViewSpec): View => {
    const view = (spec.aside ? undefined : opened.get(spec.id)) ?? spec.create(context);
    if (!spec.aside) opened.set(spec.id, view);
    return view;
  };
  const [home] = viewSpecs;
  if (!home) throw new Error('no views are registered');
  let stack: ViewStack = { views: [viewOf(home)], last: undefined };

  const vocabulary = (): Vocabulary => ({ specs: viewSpecs, namespaces: choice.seen, names: namesIn(snapshot) });
  const runOpen = ({ spec, namespaces, argument }: Extract<Command, { kind: 'open' }>): string | undefined => {
    const before = topOf(stack);
    const view = spec.aside && before.id === spec.id ? before : viewOf(spec);
    // The stretch of time goes along; a screen that was only held still stays behind.
    const time = before.time?.get();
    const there = view.time?.get();
    if (time && there && time.kind !== 'paused' && there.kind !== 'paused' && !isSameTime(time, there))
      view.time?.set(time);
    if (namespaces) choice.set(namespaces);
    to(jump(stack, view, spec.aside));
    if (argument === '') return undefined;
    return view.accept ? view.accept(argument) : `:${spec.id} takes no "${argument}"`;
  };
  const runTime = (move: TimeMove): string | undefined => {
    const { time, crumb } = topOf(stack);
    if (!time) return `${crumb} shows no stretch of time`;
    const moved = moveTime(time.get(), move, snapshot);
    if ('problem' in moved) return moved.problem;
    time.set(moved.time);
    say('info', moved.note);
    return undefined;
  };
  /** Runs a command line; returns what is wrong with it. */
  const run = (text: string): string | undefined => {
    const command = readCommand(text, vocabulary());
    switch (command.kind) {
      case 'wrong':
        return command.reason;
      case 'quit':
        ports.quit();
        return undefined;
      case 'last':
        shell.last();
        return undefined;
      case 'namespaces':
        choice.set(command.names);
        changed();
        return undefined;
      case 'time':
        return runTime(command.move);
      case 'save':
        shell.save(command.form);
        return undefined;
      case 'open':
        return runOpen(command);
      case 'nothing':
        return undefined;
    }
  };

  const prompts = createPrompts(changed, (problem) => say('error', problem));
  const explain = (command: Command) => explainCommand(command, topOf(stack), snapshot);
  const shell: ShellMoves = {
    command: () => prompts.open(commandTarget({ vocabulary, explain, run })),
    edit: () => {
      const { field } = topOf(stack);
      if (field) prompts.open(fieldTarget(field));
      else say('info', 'nothing to filter here');
    },
    help: () => {
      const below = topOf(stack);
      if (below.id !== 'help') context.open(createHelpView(context, below.id, actions()));
    },
    back: () => {
      if (topOf(stack).back?.()) changed();
      else to(pop(stack));
    },
    quitOrBack: () => {
      if (stack.views.length === 1) ports.quit();
      else to(pop(stack));
    },
    last: () => {
      if (stack.last) to(swap(stack));
      else say('info', 'no view before this one');
    },
    toggleHeader: () => {
      headerShown = !headerShown;
      changed();
    },
    step: (steps) => {
      const { time } = topOf(stack);
      if (!time) return;
      const before = time.get();
      const next = stepTime(before, snapshot, steps);
      if (steps < 0 && next.kind === before.kind && next.at === before.at) say('info', 'nothing older is held');
      time.set(next);
      changed();
    },
    pause: () => {
      const { time } = topOf(stack);
      time?.set(togglePause(time.get(), snapshot));
      changed();
    },
    save: (form: SaveForm = 'csv') => {
      const saving = topOf(stack).saving?.();
      if (!saving || !ports.save) return say('info', `nothing to save in ${topOf(stack).crumb}`);
      const { name, text } = fileOf(saving, form, now());
      const saved = ports.save(name, text);
      if ('problem' in saved) say('error', `could not save: ${saved.problem}`);
      else say('info', `${saving.rows.length} rows saved in ${saved.path}`);
    },
    open: (id) => void run(id),
    quit: ports.quit,
    suspend: ports.suspend,
    repaint: ports.repaint,
  };

  const actions = (): readonly Action[] => {
    const top = topOf(stack);
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

  const app: App = {
    press(keys) {
      isGathering = true;
      const before = version;
      try {
        for (const key of keys) routeKey([prompts.layer, actionsLayer], key);
      } finally {
        isGathering = false;
      }
      if (version !== before) changed();
    },
    show(next) {
      if (next.version === snapshot.version) return;
      const isNewer = next.held?.to !== snapshot.held?.to;
      snapshot = next;
      if (isNewer) choice.see(namespacesIn(snapshot, choice.seen.length === 0));
      prompts.refresh();
      changed();
    },
    flash: say,
    warn(text) {
      warning = text;
      changed();
    },
    warning: () => warning,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    getVersion: () => version,
    info: options.info,
    ui,
    snapshot: () => snapshot,
    now,
    views: () => stack.views,
    crumbs: () => stack.views.map((view) => ({ name: view.crumb, about: abouts.get(view) })),
    prompt: prompts.current,
    currentFlash: () => currentFlash(flash, now()),
    headerShown: () => headerShown,
    namespaces: () => choice.chosen,
    needs: () => needsOf(stack),
    actions,
    namespaceActions: () => keyMap.apply(namespaceActions(choice, changed)),
  };
  choice.see(namespacesIn(snapshot, true));
  want();
  const problem = run(options.command);
  if (problem) say('error', problem);
  return app;
}

function isSameTime(a: TimeState, b: TimeState): boolean {
  return a.kind === b.kind && a.spanMs === b.spanMs && (a.kind === 'live' || a.at === b.at);
}
