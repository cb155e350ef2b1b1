/** `kelpie undeploy`: everything `kelpie deploy` put there goes. */
import { agentManifests, defaultValues, unwantedManifests } from '../../deploy/manifests/manifests.ts';
import { tellDepartures } from '../cluster/departures.ts';
import { isForeign, keyObject } from '../cluster/install.ts';
import { remove } from '../cluster/remove.ts';
import { type ClusterFlags, reachCluster, timeoutOf } from './cluster-flags.ts';
import { createNotes } from './notes.ts';
import { untilAborted, watchSignals } from './signals.ts';

const patienceMs = 120_000;

export async function runUndeploy(flags: ClusterFlags): Promise<number> {
  const timeoutMs = timeoutOf(flags.timeout, patienceMs);
  const { signal } = watchSignals();
  const { progress } = createNotes(flags.quiet ?? false);
  const { api, config, name, namespace } = await reachCluster(flags);
  progress(`taking the agents off ${name}, namespace ${namespace}`);
  const values = { ...defaultValues(''), namespace };
  const [first, ...others] = [...agentManifests(values), ...unwantedManifests(values)];
  // A namespace of somebody else's stays.
  const own = first && !(await isForeign(api, first)) ? [first] : [];
  const objects = [...own, keyObject(namespace), ...others];
  const stopTelling = await tellDepartures({ config, namespace, tell: (line) => progress(`  ${line}`) });
  const removed = await Promise.race([
    remove({ api, objects, timeoutMs, tell: (title, outcome) => progressOf(title, outcome) }),
    untilAborted(signal),
  ]).finally(stopTelling);
  progress(removed === 0 ? 'there was nothing of Kelpie there' : 'nothing of Kelpie is left');
  return 0;

  function progressOf(title: string, outcome: 'going' | 'removed' | 'was not there'): void {
    if (outcome === 'removed') progress(`  removed: ${title}`);
    if (outcome !== 'going') return;
    // The namespace controller of Kubernetes takes its time (namespaceDeletionGracePeriod).
    const why = title.startsWith('Namespace') ? ' (Kubernetes takes five seconds at least)' : '';
    progress(`  waiting until it is gone: ${title}${why}`);
  }
}
