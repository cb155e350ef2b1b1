/**
 * Surveys of this machine: whenever somebody begins to watch a cgroup, its open connections are looked up in /proc. The kernel side tells of a
 * connection when something passes on it; a pool of a database, or who waits for news, may say nothing for hours.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../attribution/attempt.ts';
import { socketsHeldIn } from '../attribution/proc-sockets.ts';
import { cgroupsBelow } from '../capture/cgroup-walk.ts';
import type { Policy } from '../capture/source.ts';
import type { Survey, Surveys } from './surveys.ts';

export interface LiveSurveysOptions {
  /** Where cgroup v2 is mounted, and the cgroup at and below which may be watched. */
  readonly mount: string;
  readonly top: string;
  /** Its sockets are nobody's business. */
  readonly selfPid: number;
  readonly proc?: string;
}

/** Of one survey. */
const maxSockets = 10_000;
/** A cgroup is looked at every so often, ms, and the more rarely the longer one takes: 5 % of a CPU at most. */
const pauseMs = 2;
const costFactor = 20;
/** ESTABLISHED and CLOSE_WAIT (include/net/tcp_states.h). */
const openStates = new Set(['01', '08']);

export function createLiveSurveys(options: LiveSurveysOptions): Surveys {
  const { mount, top, proc = '/proc' } = options;
  /** Those that were surveyed since somebody began to watch them. */
  const known = new Set<number>();
  let watched = '';
  let isWatched: (cgroupId: number) => boolean = () => false;
  let done: Omit<Survey, 'time'>[] = [];
  let last: readonly Policy[] = [];
  let isUnderWay = false;
  let isDue = false;
  let isStopped = false;

  async function survey(): Promise<void> {
    while (isDue && !isStopped) {
      isDue = false;
      const cgroups: number[] = [];
      const sockets: string[] = [];
      for (const path of cgroupsBelow(mount, top)) {
        const id = attempt(() => statSync(join(mount, path)).ino, undefined);
        if (isStopped) return;
        if (id === undefined || known.has(id) || !isWatched(id)) continue;
        const began = performance.now();
        const held = socketsHeldIn(join(mount, path), proc);
        known.add(id);
        const open = held.sockets.filter(({ connection, state, pid }) => {
          return openStates.has(state) && connection.startsWith('tcp ') && Number(pid) !== options.selfPid;
        });
        const room = maxSockets - sockets.length;
        if (held.isComplete && open.length <= room) cgroups.push(id);
        const found = open.slice(0, room).map(({ connection }) => `${id} ${connection.slice(4)}`);
        sockets.push(...found);
        // What is there is told at once, what is not only when everywhere was looked: a process of another cgroup may hold it.
        if (found.length > 0) done.push({ cgroups: [], sockets: found });
        const cost = performance.now() - began;
        await new Promise((resolve) => setTimeout(resolve, Math.max(pauseMs, cost * costFactor)).unref());
      }
      if (cgroups.length > 0) done.push({ cgroups, sockets });
    }
  }

  return {
    take(time, policies) {
      if (policies !== last) look(policies);
      last = policies;
      const taken = done.map((survey) => ({ time, ...survey }));
      if (taken.length > 0) done = [];
      return taken;
    },
    stop() {
      isStopped = true;
    },
  };

  function look(policies: readonly Policy[]): void {
    const ids = new Set(policies.filter(({ level }) => level !== 'off').map(({ cgroupId }) => cgroupId));
    const name = [...ids].toSorted((a, b) => a - b).join();
    if (name === watched) return;
    watched = name;
    isWatched = watchedBy(policies, ids);
    for (const id of known) if (!isWatched(id)) known.delete(id);
    isDue = ids.size > 0;
    if (!isDue || isUnderWay) return;
    isUnderWay = true;
    void survey().finally(() => {
      isUnderWay = false;
    });
  }
}

/** A cgroup takes the policy of its own, else that of every one. */
function watchedBy(policies: readonly Policy[], ids: ReadonlySet<number>): (cgroupId: number) => boolean {
  const own = new Set(policies.map(({ cgroupId }) => cgroupId));
  return (cgroupId) => ids.has(own.has(cgroupId) ? cgroupId : 0);
}
