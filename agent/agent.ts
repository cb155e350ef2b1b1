/** The agent, put together: source → attribution and ordering → protocols → rows → server. */
import type { AgentNames } from '../src/domain/agent-status.ts';
import { parseFilter } from '../src/domain/filter/parse.ts';
import { createPodRegister } from '../src/domain/pods/pod-register.ts';
import { sharedOf } from '../src/domain/shared-row.ts';
import { createAttribution } from './attribution/attribution.ts';
import { createBudgets } from './budgets/budgets.ts';
import { createFlowTables } from './flows/flow-tables.ts';
import { inOrder } from './in-order.ts';
import { createLeases } from './leases.ts';
import { createLeftOut } from './left-out.ts';
import { openLive } from './live-session.ts';
import { createLossCounts } from './loss-counts.ts';
import type { AgentOptions } from './options.ts';
import { ownLineOf, withoutOwnLine } from './own-line.ts';
import { servePages } from './pages.ts';
import { createPodInfo } from './pod-info.ts';
import { createPodPolicy, type ToldPods } from './pod-policy.ts';
import { guarded } from './policy/guard.ts';
import { secretFields } from './protocols/http/redact.ts';
import { createDnsDatagrams, createProtocols, payloadBytesOf, placeOf } from './protocols/index.ts';
import { startRecordingProgress } from './recording-progress.ts';
import { startResourceRows } from './resources/resource-rows.ts';
import { shareOf } from './ring-shares.ts';
import { createRows } from './rows/rows.ts';
import { createAccess } from './server/access.ts';
import type { AgentApi } from './server/api.ts';
import { createAgentServer } from './server/server.ts';
import { type ClusterPods, openRecording, type Session } from './session.ts';
import { createStatus } from './status.ts';
import { createConnections } from './stream/connections.ts';
import type { ProtocolOutput } from './stream/protocol.ts';
import { createSummaries } from './summaries/summaries.ts';
import { withSilentConnections } from './survey/silent-connections.ts';

export interface Agent {
  /** As clients dial it. */
  readonly address: string;
  readonly node: string;
  readonly source: { readonly kind: 'live' | 'recording'; readonly name: string };
  /** Ends with a stop; rejects when the source fails. The end of a recording is no end: its rows can still be read. */
  readonly done: Promise<void>;
  /** Resolves when everything is let go of, within a second. */
  stop(): Promise<void>;
}

/** @throws AppError whatever keeps the agent from starting; nothing is left behind then */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const session = await openSession(options);
  try {
    return await serve(options, session);
  } catch (thrown) {
    await session.writer?.close(session.source.now());
    session.source.close();
    throw thrown;
  }
}

function openSession(options: AgentOptions): Promise<Session> {
  const { source } = options;
  if (source.kind === 'recording') return openRecording(options, source);
  const secrets = options.redact === false ? [] : [...new Set([...secretFields, ...options.redact])];
  return openLive(options, source, secrets);
}

async function serve(options: AgentOptions, session: Session): Promise<Agent> {
  const { source, writer } = session;
  const lost = createLossCounts();
  let redactAlso: (names: readonly string[]) => void = () => {};
  const rows = createRows({
    ringBytes: options.ringBytes,
    whenSlow: session.whenSlow,
    // A recording that waits for its readers must not lose the rows they have not read: the garbage collector frees those.
    ...(session.whenSlow === 'drop' && { placeOf }),
    payloadBytes: payloadBytesOf,
    shareOf,
  });
  const podPolicy = createPodPolicy({
    file: session.policyFile,
    told: session.pods && toldBy(session.pods),
    untold: () => leases.untoldPods,
    ownUid: process.env.POD_UID,
  });
  const put: typeof rows.put = (table, row, isOnly) => {
    const { limitOf } = podPolicy;
    const passed = podPolicy.isOpen ? row : guarded(table, row, limitOf, (each) => placeOf(each)?.release());
    if (passed) rows.put(table, passed, isOnly);
  };
  const attribution = createAttribution({
    host: source.host,
    cgroups: source.cgroups,
    processes: session.processes,
    resolvers: session.resolvers,
    addresses: session.addresses,
  });
  const wallTime = (time: number): bigint => BigInt(Math.round(time)) + source.host.clockOffset;
  const pods = createPodRegister();
  const podInfo = createPodInfo({
    ...session.podFacts,
    node: source.host.node,
    wallTime,
    pods,
    put,
    mayTell: (pod) => podPolicy.limitOf(pod) !== 'off',
  });
  const flows = createFlowTables({ names: attribution.names, wallTime, row: put, lost: lost.add });
  const summaries = createSummaries({
    node: source.host.node,
    clockOffset: source.host.clockOffset,
    put: (table, row) => put(table, row, true),
  });
  const output: ProtocolOutput = {
    row: put,
    exchange: summaries.exchange,
    recognised(cookie, protocol) {
      const socket = attribution.socketOf(cookie);
      if (socket) flows.recognised(socket, protocol);
    },
    resolved: attribution.resolved,
    lost: lost.add,
  };
  const connections = createConnections({
    protocols: createProtocols({
      redact: session.redact,
      onRedact(also) {
        also(podPolicy.redactFields);
        redactAlso = also;
      },
    }),
    identity: attribution.identity,
    wallTime,
    output,
  });
  const dns = createDnsDatagrams({
    identity: attribution.names,
    wallTime,
    output,
    recognised: (ends) => flows.recognised(ends, 'dns'),
  });
  const leases = createLeases({
    source,
    cgroupsIn: session.cgroupsIn,
    limits: () => ({ atMost: podPolicy.captureAtMost, ...(session.pods && { ofPod: podPolicy.limitOf }) }),
  });
  session.onPolicyChange?.(
    soon(() => {
      redactAlso(podPolicy.redactFields);
      podPolicy.update();
      podInfo.retry();
      leases.refresh();
    }),
  );
  const resources = startResourceRows({
    samples: session.samples,
    resolvers: session.resolvers,
    node: source.host.node,
    wallTime,
    put,
    isWanted: () => rows.readers > 0 || leases.list().length > 0,
  });
  const leftOut = createLeftOut(source.cgroups, summaries.leftOut);
  const budgets = createBudgets({
    source,
    totals: options.budget,
    onLeftOut(cgroupId, messages, time) {
      leftOut.messages(cgroupId, messages, time);
      session.leftOut.note({ cgroupId, messages, time });
    },
  });
  const status = createStatus({
    source,
    totals: () => ({
      ...connections.totals(),
      ...flows.totals(),
      ...dns.totals(),
      ...(source.kind === 'live' && budgets.totals()),
      ...summaries.totals(),
      ...rows.totals,
      sockets: attribution.sockets,
    }),
    // What a reader lost is told in its own stream.
    losses: () => [
      ...lost.list(),
      ...rows.losses.filter(({ reason }) => reason === 'ring-evicted'),
      ...(writer ? [{ reason: 'recording-full', count: writer.stats.dropped }] : []),
      ...(source.problem ? [{ reason: 'recording-cut', count: 1 }] : []),
    ],
    leases: leases.list,
    ring: () => rows.ring,
    names: session.pods && namesOf(session.pods),
    policy: podPolicy.status,
  });
  const api: AgentApi = {
    node: source.host.node,
    rows,
    sharedOf,
    parseFilter: (table, text) => parseFilter(table, text, pods),
    status,
    renewLease: leases.renew,
  };
  const access = options.keyFile === undefined ? undefined : createAccess(options.keyFile, source.host.node);
  const server = await createAgentServer(api, options.listen, access);
  const pages = await servePages(options, status).catch((thrown: unknown) => {
    server.close();
    throw thrown;
  });
  const progress =
    writer && startRecordingProgress({ writer, source, leases, exchanges: () => summaries.totals().exchanges ?? 0 });

  if (source.kind === 'live') budgets.start();
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  const readers = inOrder(attribution, {
    connections,
    dns,
    flows,
    // What a recording left out counts as it did when it was made.
    summaries: {
      tick(time) {
        for (const fact of session.leftOut.takeUntil(time)) {
          leftOut.messages(fact.cgroupId, fact.messages, fact.time);
        }
        summaries.tick(time);
      },
    },
    resources,
    podInfo,
  });
  const listener = withSilentConnections(withoutOwnLine(readers.listener, ownLineOf(options)), {
    surveys: (time) => session.surveys.take(time, leases.policies),
    isKnown: attribution.knows,
    open: flows.open,
  });
  const played = source.run(listener, stopping.signal, readiness(session, rows.ready)).then(() => {
    readers.flush();
    summaries.flush();
    rows.finish();
    if (source.problem) process.stderr.write(`kelpie agent: ${source.problem.message}\n`);
  });
  const done = Promise.all([
    played,
    new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve())),
  ]);

  async function stop(): Promise<void> {
    stopping.abort();
    leases.close();
    budgets.stop();
    resources.stop();
    session.surveys.stop();
    session.pods?.stop();
    session.policyFile?.stop();
    for (const page of pages) page.close();
    server.close();
    await played.catch(() => {});
    // Now, not when it was asked to stop: the last totals came since.
    await writer?.close(source.now());
    progress?.stop();
    source.close();
  }

  return {
    address: server.address,
    node: source.host.node,
    source: { kind: source.kind, name: source.name },
    done: done.then(() => {}),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Runs what was asked for several times at once only once, a moment later. */
function soon(run: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      run();
    }, 20).unref();
  };
}

const toldBy = ({ book, watch, namespaces }: ClusterPods): ToldPods => ({
  pods: book.list,
  namespaces,
  isSynced: () => watch.state.state === 'synced' && namespaces.watch.state.state !== 'connecting',
});

function namesOf({ book, watch }: NonNullable<Session['pods']>): () => AgentNames {
  return () => ({ state: watch.state.state, reason: watch.state.reason ?? '', pods: book.list().length });
}

/** A recording begins when somebody watches; at its own pace it then goes on, at full speed it waits for its readers. */
function readiness({ whenSlow }: Session, ready: () => Promise<void>): () => Promise<void> {
  let begun = false;
  return async () => {
    if (begun && whenSlow === 'drop') return;
    await ready();
    begun = true;
  };
}
