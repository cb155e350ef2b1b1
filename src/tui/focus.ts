/** Who gets a key: layers from the innermost out (prompt, modal, screen, global); the first that wants it keeps it. */
import type { KeyPress } from './keys.ts';
import type { Action } from './view.ts';

/** Returns true when the key was used up. */
export type KeyHandler = (key: KeyPress) => boolean;

/** Offers the key to each layer in turn; whether one took it. */
export function routeKey(layers: readonly (KeyHandler | undefined)[], key: KeyPress): boolean {
  return layers.some((layer) => layer?.(key) ?? false);
}

/** A layer made of actions. A disabled action still takes its key and says why. */
export function actionLayer(actions: readonly Action[], onDisabled: (reason: string) => void): KeyHandler {
  return (key) => {
    const action = actions.find(({ keys }) => keys.includes(key.name));
    if (!action) return false;
    if (action.disabled) onDisabled(action.disabled);
    else action.run();
    return true;
  };
}
