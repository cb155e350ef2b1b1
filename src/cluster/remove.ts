/** Agents, or the demo, taken out of a cluster again: nothing stays. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { AppError } from '../domain/errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { removeObject, titleOf, untilGone } from './apply.ts';
import { explainFailure } from './explain.ts';

export interface RemoveOptions {
  readonly api: Api;
  /** In the order in which they were put there. */
  readonly objects: readonly KubernetesObject[];
  readonly timeoutMs: number;
  /** `going`: it is there yet, and waited for. */
  readonly tell: (title: string, outcome: 'going' | 'removed' | 'was not there') => void;
}

/**
 * Removes them, the last first, and waits until they are gone: what runs ends before what it may do is taken from it. Every one is tried.
 *
 * @returns how many there were
 * @throws AppError `cluster`: what is still there, and why
 */
export async function remove({ api, objects, timeoutMs, tell }: RemoveOptions): Promise<number> {
  const failures: string[] = [];
  let removed = 0;
  const until = Date.now() + timeoutMs;
  for (const object of objects.toReversed()) {
    const title = titleOf(object);
    try {
      const was = await removeObject(api, object);
      if (was) {
        removed += 1;
        const left = Math.max(1000, until - Date.now());
        const isGone = await untilGone(api, object, left, () => tell(title, 'going'));
        if (!isGone) failures.push(`${title} is still being removed after ${Math.round(timeoutMs / 1000)} s`);
        else tell(title, 'removed');
      } else tell(title, 'was not there');
    } catch (error) {
      failures.push(explainFailure(title, error));
    }
  }
  if (failures.length > 0)
    throw new AppError('cluster', { reason: `Not everything could be removed:\n  ${failures.join('\n  ')}` });
  return removed;
}
