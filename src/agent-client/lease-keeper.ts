/** Keeps a lease alive: what is captured ends by itself soon after the terminal does (design: pay only for what somebody looks at). */

import { Metadata } from '@grpc/grpc-js';
import type { AgentServiceClient } from '../../proto/gen/kelpie/v1/agent.ts';
import type { AppError } from '../domain/errors.ts';
import type { LeaseRequest, Timings } from './client.ts';
import { fromGrpcError } from './grpc-errors.ts';

export interface LeaseKeeperOptions {
  readonly agent: string;
  /** Id of this terminal at the agent. */
  readonly clientId: string;
  readonly client: AgentServiceClient;
  readonly timings: Timings;
  /** The agent granted or confirmed the lease. */
  readonly onGranted: () => void;
  /** Not renewed for a whole time-to-live. */
  readonly onLost: (error: AppError) => void;
}

export interface LeaseKeeper {
  /** Takes this lease instead of the one before; undefined or level `off` lets go of it. */
  set(lease: LeaseRequest | undefined): void;
  /** Stops renewing. With `release`, tells the agent; resolves when it knows or after the close time. */
  stop(release: boolean): Promise<void>;
}

export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { agent, client, timings } = options;
  let lease: LeaseRequest | undefined;
  let held = false;
  let grantedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  /** Answers to an earlier lease are stale. */
  let generation = 0;

  const send = (wanted: LeaseRequest | undefined, deadlineMs: number, done: (error: unknown) => void) => {
    const { level = 'off', scopes = [], messageCap = 0 } = wanted ?? {};
    const request = {
      client: options.clientId,
      level: level === 'off' ? 'flows' : level,
      scopes: [...scopes],
      ttlMs: level === 'off' ? 0 : timings.leaseTtl,
      messageCap,
    };
    client.renewLease(request, new Metadata(), { deadline: Date.now() + deadlineMs }, done);
  };

  const renew = () => {
    const mine = generation;
    const again = (afterMs: number) => {
      timer = setTimeout(renew, afterMs);
    };
    // Who never answers is noticed by silence; a terminal that has a hundred answers to read gets to this one late.
    send(lease, Math.max(timings.call, timings.leaseTtl), (error) => {
      if (mine !== generation) return;
      const now = performance.now();
      if (!error) {
        held = true;
        grantedAt = now;
        options.onGranted();
        if (isWanted(lease)) again(renewalMs(timings));
      } else if (!held || now - grantedAt > timings.leaseTtl) {
        options.onLost(fromGrpcError(agent, error));
      } else {
        again(Math.min(1_000, timings.leaseTtl / 3));
      }
    });
  };

  return {
    set(wanted) {
      generation += 1;
      clearTimeout(timer);
      lease = wanted;
      if (isWanted(wanted) || held) renew();
    },
    stop(release) {
      generation += 1;
      clearTimeout(timer);
      if (!release || !held || !isWanted(lease)) return Promise.resolve();
      return new Promise((resolve) => send(undefined, timings.close, () => resolve()));
    },
  };
}

/** About thrice in its time to live; those of a hundred agents, taken at the same moment, are not renewed at the same moment. */
const renewalMs = ({ leaseTtl }: Timings): number => (leaseTtl / 3) * (0.6 + 0.4 * Math.random());

const isWanted = (lease: LeaseRequest | undefined) => lease !== undefined && lease.level !== 'off';
