/** The app as a state machine without a screen: keys and snapshots go in, what to paint comes out. */
import type { Snapshot } from '../store/store.ts';
import { currentFlash, type Flash, type FlashLevel, flashOf } from '../tui/flash.ts';
import { actionLayer, type KeyHandler, routeKey } from '../tui/focus.ts';
import type { KeyPress } from '../tui/keys.ts';
import type { Feedback } from '../tui/prompt.tsx';
import { openPrompt, type PromptState, pressPrompt, remember } from '../tui/prompt-state.ts';
import type { Ui } from '../tui/ui-context.tsx';
import type { Action } from '../tui/view.ts';
import { createHelpView } from '../views/help/help-view.tsx';
import { jsonViewSpec, rowViewSpecs, viewSpecs } from '../views/index.ts';
import type { Ports, TextField, View, ViewContext, ViewSpec } from '../views/view.ts';
import { commandFeedback, completeCommand, readCommand } from './command.ts';
import type { AppInfo } from './facts.ts';
import { fieldActions, globalActions } from './global-actions.ts';
import { jump, needsOf, pop, push, topOf, type ViewStack } from './stack.ts';

export interface AppOptions {
  readonly ports: Ports;
  readonly ui: Ui;
  readonly info: AppInfo;
  /** Unix ms. */
  readonly now: () => number;
  readonly snapshot: Snapshot;
  /** First command line, e.g. "http /kuard". */
  readonly command: string;
}

export interface OpenPrompt {
  readonly sign: ':' | '/';
  readonly title: string;
  readonly state: PromptState;
  readonly feedback: Feedback;
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
  prompt(): OpenPrompt | undefined;
  currentFlash(): Flash | undefined;
  headerShown(): boolean;
  /** Everything that can be done now, innermost first. */
  actions(): readonly Action[];
}

const noNamespaces: ReadonlySet<string> = new Set();

export function createApp(options: AppOptions): App {
  const { ports, ui, now } = options;
  const listeners = new Set<() => void>();
  const histories = new Map<string, readonly string[]>();
  /** Views opened by command live on, with their state, when they leave the stack. */
  const opened = new Map<string, View>();
  let snapshot = options.snapshot;
  let version = 0;
  let flash: Flash | undefined;
  let warning: string | undefined;
  let headerShown = true;
  let prompt: (OpenPrompt & { readonly target: PromptTarget }) | undefined;
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
  const context: ViewContext = {
    ports,
    ui,
    specs: viewSpecs,
    actions: () => actions(),
    snapshot: () => snapshot,
    now,
    changed,
    flash: say,
    open: (view) => {
      stack = push(stack, view);
      changed();
    },
    drill: (viewId, opening) => {
      const spec = viewSpecs.find(({ id }) => id === viewId);
      if (spec) context.open(spec.create(context, opening));
    },
    namespaces: () => noNamespaces,
    openRow: (table, row, neighbour) => {
      const spec = rowViewSpecs.find((each) => each.table === table);
      if (spec) context.open(spec.create(context, row, neighbour));
    },
    openJson: (table, row) => context.open(jsonViewSpec.create(context, table, row)),
    copy: (text, what) => {
      const problem = ports.copy(text);
      if (problem) say('error', `could not copy ${what}: ${problem}`);
      else say('info', `${what} sent to clipboard (OSC 52)`);
    },
  };

  const viewOf = (spec: ViewSpec): View => {
    const view = opened.get(spec.id) ?? spec.create(context);
    opened.set(spec.id, view);
    return view;
  };
  const [home] = viewSpecs;
  if (!home) throw new Error('no views are registered');
  let stack: ViewStack = { views: [viewOf(home)], last: undefined };

  /** Runs a command line; returns what is wrong with it. */
  const run = (text: string): string | undefined => {
    const command = readCommand(text, viewSpecs);
    if (command.kind === 'quit') ports.quit();
    if (command.kind === 'unknown') return command.reason;
    if (command.kind !== 'open') return undefined;
    const view = viewOf(command.spec);
    stack = jump(stack, view);
    changed();
    if (command.argument === '') return undefined;
    return view.accept ? view.accept(command.argument) : `:${command.spec.id} takes no argument`;
  };

  const leave = () => {
    const top = topOf(stack);
    if (top.back?.()) return changed();
    stack = pop(stack);
    changed();
  };

  const shell = {
    command: () => openOn(commandTarget(run)),
    edit: () => {
      const { field } = topOf(stack);
      if (field) openOn(fieldTarget(field));
      else say('info', 'nothing to filter here');
    },
    help: () => {
      const below = topOf(stack);
      if (below.id !== 'help') context.open(createHelpView(context, below.id, actions()));
    },
    back: leave,
    quitOrBack: () => {
      if (stack.views.length === 1) ports.quit();
      else {
        stack = pop(stack);
        changed();
      }
    },
    last: () => {
      if (!stack.last) return say('info', 'no view before this one');
      stack = jump(stack, stack.last);
      changed();
    },
    toggleHeader: () => {
      headerShown = !headerShown;
      changed();
    },
    open: (id: string) => void run(id),
    quit: ports.quit,
    suspend: ports.suspend,
    repaint: ports.repaint,
  };

  const openOn = (target: PromptTarget) => {
    const state = openPrompt(target.text, histories.get(target.title) ?? []);
    prompt = { ...showing(target, state), target };
    changed();
  };
  const showing = (target: PromptTarget, state: PromptState): OpenPrompt => ({
    sign: target.sign,
    title: target.title,
    state: { ...state, completions: target.complete(state.text) },
    feedback: target.preview(state.text),
  });
  const promptLayer: KeyHandler = (key) => {
    // Leaving and suspending work everywhere; nothing else typed here reaches the screen below.
    if (!prompt || key.name === 'ctrl+c' || key.name === 'ctrl+z') return false;
    const { target } = prompt;
    const [state, outcome] = pressPrompt(prompt.state, key);
    if (outcome === 'abort') {
      prompt = undefined;
      target.abort();
    } else if (outcome === 'submit') {
      const problem = target.submit(state.text);
      if (problem === undefined) {
        histories.set(target.title, remember(histories.get(target.title) ?? [], state.text));
        prompt = undefined;
      } else if (problem !== '') say('error', problem);
    } else if (state.text !== prompt.state.text || state.completions !== prompt.state.completions) {
      prompt = { ...showing(target, state), target };
    } else prompt = { ...prompt, state };
    changed();
    return true;
  };

  const actions = (): readonly Action[] => {
    const top = topOf(stack);
    return [...top.actions(), ...(top.field ? fieldActions(shell, top.field.title) : []), ...globalActions(shell)];
  };
  const actionsLayer: KeyHandler = (key) => actionLayer(actions(), (reason) => say('warning', reason))(key);

  const app: App = {
    press(keys) {
      isGathering = true;
      const before = version;
      try {
        for (const key of keys) routeKey([promptLayer, actionsLayer], key);
      } finally {
        isGathering = false;
      }
      if (version !== before) changed();
    },
    show(next) {
      if (next.version === snapshot.version) return;
      snapshot = next;
      if (prompt) prompt = { ...prompt, feedback: prompt.target.preview(prompt.state.text) };
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
    prompt: () => prompt,
    currentFlash: () => currentFlash(flash, now()),
    headerShown: () => headerShown,
    actions,
  };
  want();
  const problem = run(options.command);
  if (problem) say('error', problem);
  return app;
}

/** What a prompt edits. */
interface PromptTarget {
  readonly sign: ':' | '/';
  readonly title: string;
  /** What it opens with. */
  readonly text: string;
  preview(text: string): Feedback;
  complete(text: string): readonly string[];
  /** undefined = done; a text = why not, '' where the feedback says it already. */
  submit(text: string): string | undefined;
  abort(): void;
}

function commandTarget(run: (text: string) => string | undefined): PromptTarget {
  return {
    sign: ':',
    title: 'command',
    text: '',
    preview: (text) => commandFeedback(text, viewSpecs),
    complete: (text) => completeCommand(text, viewSpecs),
    submit: run,
    abort: () => {},
  };
}

function fieldTarget(field: TextField): PromptTarget {
  const before = field.text;
  return {
    sign: '/',
    title: field.title,
    text: before,
    preview: (text) => field.preview(text),
    complete: (text) => field.complete(text),
    submit: (text) => (field.commit(text) ? undefined : ''),
    abort: () => void field.commit(before),
  };
}
