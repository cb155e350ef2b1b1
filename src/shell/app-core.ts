/** What all parts of the app share: what is shown, on which stack of views, and who is told when it changes. */
import type { Snapshot } from '../store/store.ts';
import { currentFlash, type Flash, type FlashLevel, flashOf } from '../tui/flash.ts';
import type { Needs, Ports, View } from '../views/view.ts';
import { createNamespaceChoice, type NamespaceChoice } from './namespace-choice.ts';
import { needsOf, type ViewStack } from './stack.ts';

export interface AppCore {
  readonly ports: Ports;
  /** Unix ms. */
  readonly now: () => number;
  readonly choice: NamespaceChoice;
  snapshot: Snapshot;
  headerShown: boolean;
  /** Empty until `start`. */
  readonly stack: ViewStack;
  /** The view everything begins with. */
  start(home: View): void;
  /** Another stack from now on. */
  to(next: ViewStack): void;
  /** Something is to be painted anew. */
  readonly changed: () => void;
  /** Does what may change much, with one notification at the end. */
  gather(run: () => void): void;
  say(level: FlashLevel, text: string): void;
  flash(): Flash | undefined;
  /** Tells the agents when what the screens need has changed. Tables of the views below the top go on. */
  want(): void;
  needs(): Needs;
  readonly subscribe: (listener: () => void) => () => void;
  /** Rises with every change. */
  readonly getVersion: () => number;
}

export function createAppCore(ports: Ports, now: () => number, snapshot: Snapshot): AppCore {
  const listeners = new Set<() => void>();
  let stack: ViewStack = { views: [], last: undefined };
  let version = 0;
  let flash: Flash | undefined;
  let isGathering = false;
  let wanted = '';

  const changed = () => {
    version += 1;
    if (isGathering) return;
    core.want();
    for (const listener of [...listeners]) listener();
  };
  const core: AppCore = {
    ports,
    now,
    choice: createNamespaceChoice(),
    snapshot,
    headerShown: true,
    get stack() {
      return stack;
    },
    start(home) {
      stack = { views: [home], last: undefined };
    },
    to(next) {
      stack = next;
      changed();
    },
    changed,
    gather(run) {
      isGathering = true;
      const before = version;
      try {
        run();
      } finally {
        isGathering = false;
      }
      if (version !== before) changed();
    },
    say(level, text) {
      flash = flashOf(level, text, now());
      // Asks for a repaint when the message has had its time.
      setTimeout(changed, flash.until - now() + 10).unref?.();
      changed();
    },
    flash: () => currentFlash(flash, now()),
    want() {
      const needs = needsOf(stack);
      const text = JSON.stringify(needs);
      if (text === wanted) return;
      wanted = text;
      ports.want(needs);
    },
    needs: () => needsOf(stack),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    getVersion: () => version,
  };
  return core;
}
