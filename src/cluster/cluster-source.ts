/** The agents of a cluster as a terminal's client dials them: found by the API server, reached through it, opened with the installation's key. */
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { type AgentClient, type AgentEndpoint, fewAgents } from '../agent-client/client.ts';
import type { AgentEvent } from '../domain/agent-event.ts';
import { AppError } from '../domain/errors.ts';
import { createPodRegister, type PodRegister } from '../domain/pods/pod-register.ts';
import { openTunnel, type Tunnel } from '../kubernetes/tunnel.ts';
import { type AgentPlace, discoverAgents } from './agent-discovery.ts';
import { createAgentKeys } from './agent-keys.ts';
import { agentPort } from './installation.ts';
import { createDirectory, type Directory } from './names/directory.ts';
import { nameRows } from './names/name-rows.ts';
import { watchNames } from './names/watch-names.ts';

export interface ClusterOptions {
  readonly config: KubeConfig;
  /** Where the agents are installed. */
  readonly namespace: string;
  /** For the sockets of the tunnels: nobody else may enter it. */
  readonly folder: string;
  /** Namespaces to read names of where not all may be read. */
  readonly namespaces: readonly string[];
  /** Nodes without a single agent will do: they are told with the reason. */
  readonly takesNodesAlone?: boolean;
}

export interface ClusterSource {
  /** Those that may be dialled now. */
  readonly agents: readonly AgentEndpoint[];
  /** The names of the cluster are known, or have had their time: rows that come before would be called by address. */
  readonly named: Promise<void>;
  /** Makes the client's agents those of the cluster, once it is `named`, and keeps them so; hears of nodes without one. */
  follow(client: Pick<AgentClient, 'setAgents' | 'retry'>, onEvent: (event: AgentEvent) => void): void;
  /** Puts the cluster's names into rows, and says of a line that broke what the tunnel knows of it. */
  explain(event: AgentEvent): AgentEvent;
  readonly directory: Directory;
  /** Owners and labels, as the cluster tells of them. */
  readonly pods: PodRegister;
  /** They are those of all pods: agents need not be asked. */
  knowsPods(): boolean;
  /**
   * Agents on the nodes of these pods, "namespace/name". Undefined where one of them is not known, and where there are few agents: then all may be asked, and
   * what the pods' peers on other nodes saw of them comes too.
   */
  agentsOf(pods: readonly string[]): ReadonlySet<string> | undefined;
  /** Of the cluster's names: what is not known, and why. */
  readonly problems: readonly string[];
  close(): void;
}

/** The API server has this long to tell of the agents, ms. */
const patienceMs = 10_000;
const namesPatienceMs = 2_000;
/** After a refusal the key is asked for anew, at most so often, ms. */
const keyPauseMs = 3_000;

/**
 * @throws AppError `cluster`: the API server is away or refuses, there are no agents, their key cannot be read
 */
export async function openCluster(options: ClusterOptions): Promise<ClusterSource> {
  const { config, namespace, folder, namespaces } = options;
  const tunnels = new Map<string, Tunnel>();
  let onChange = (): void => {};
  let isClosed = false;
  let renewKey = async (): Promise<void> => {};
  const pods = createPodRegister();
  const directory = createDirectory(Date.now, pods);
  const discovery = await discoverAgents({ config, namespace, onChange: () => onChange() });
  const keys = createAgentKeys(config, namespace);
  const names = await watchNames({ config, directory, namespaces });
  const close = (): void => {
    isClosed = true;
    discovery.stop();
    names.stop();
    for (const tunnel of tunnels.values()) tunnel.close();
  };
  try {
    await inTime(discovery.ready, patienceMs);
    const { state, reason = '' } = discovery.state;
    if (state !== 'synced') throw clusterError(`Its agents cannot be looked for: ${reason || 'no answer in time'}.`);
    if (!discovery.hasPods && options.takesNodesAlone) await inTime(discovery.nodesReady, namesPatienceMs);
    if (!discovery.hasPods && !(options.takesNodesAlone && discovery.places.size > 0)) throw noAgents(namespace);
    await keys.read(secrets());
    const [problem] = secrets().flatMap((secret) => keys.problem(secret) ?? []);
    if (problem && secrets().every((secret) => keys.of(secret) === undefined)) throw problem;
    // Those of a big cluster come in while rows are shown.
    const named = inTime(names.ready, namesPatienceMs);
    let agents = await endpoints();

    return {
      get agents() {
        return agents;
      },
      named,
      follow(client, onEvent) {
        /** Somebody drew a new key while we looked on. */
        let askedAt = Number.NEGATIVE_INFINITY;
        renewKey = async () => {
          if (performance.now() - askedAt < keyPauseMs) return;
          askedAt = performance.now();
          if ((await keys.renew()) && !isClosed) await look();
        };
        const known = new Map<string, AgentPlace>();
        let isNamed = false;
        let isBusy = false;
        let isAgain = false;
        let retry: NodeJS.Timeout | undefined;
        const look = async (): Promise<void> => {
          if (!isNamed) return;
          if (isBusy) {
            isAgain = true;
            return;
          }
          isBusy = true;
          try {
            await keys.read(secrets());
            agents = await endpoints();
            if (isClosed) return;
            client.setAgents(agents);
            tell();
            clearTimeout(retry);
            // A Secret says nothing when it is there.
            if (secrets().some((secret) => keys.of(secret) === undefined))
              retry = setTimeout(() => !isClosed && void look(), keyPauseMs).unref();
          } finally {
            isBusy = false;
            if (isAgain && !isClosed) {
              isAgain = false;
              void look();
            }
          }
        };
        const tell = (): void => {
          const places = reachable();
          for (const [node, before] of [...known]) {
            if (places.has(node)) continue;
            known.delete(node);
            // Of one that was dialled the client has said so.
            if (before.pod === undefined) onEvent({ type: 'gone', agent: node });
          }
          for (const [node, place] of places) {
            const before = known.get(node);
            known.set(node, place);
            if (place.pod === undefined) {
              if (before?.pod !== undefined || before?.reason !== place.reason)
                onEvent({ type: 'link', agent: node, link: { state: 'absent', reason: place.reason } });
            } else if (before && before.uid !== place.uid) client.retry(node);
          }
        };
        onChange = () => void look();
        const first = agents.map(({ agent }) => agent);
        for (const agent of first) onEvent({ type: 'link', agent, link: { state: 'connecting' } });
        tell();
        void named.then(async () => {
          isNamed = true;
          await look();
          // It left before it was dialled.
          for (const agent of first) if (!discovery.places.has(agent)) onEvent({ type: 'gone', agent });
        });
      },
      directory,
      pods,
      knowsPods: () => names.knowsPods,
      agentsOf(wanted) {
        if (agents.length <= fewAgents) return undefined;
        const nodes = wanted.map((pod) => directory.nodeOf(pod));
        return nodes.every((node) => node !== undefined) ? new Set(nodes) : undefined;
      },
      get problems() {
        return names.problems;
      },
      explain(event) {
        if (event.type === 'rows') return { ...event, rows: nameRows(event.rows, directory) };
        if (event.type !== 'link' || event.link.state !== 'retrying') return event;
        const failure = tunnels.get(event.agent)?.failure;
        if (event.link.error?.code === 'permission') {
          void renewKey();
          return event;
        }
        if (!failure) return event;
        const remedy = 'kelpie status says what is missing.';
        const error = failure.isRefusal
          ? new AppError('permission', { what: failure.reason, remedy })
          : new AppError('cluster', { reason: `The agent on ${event.agent} is not reached: ${failure.reason}.` });
        return { ...event, link: { ...event.link, reason: failure.reason, error } };
      },
      close,
    };
  } catch (thrown) {
    close();
    throw thrown;
  }

  /** Of all agents' keys. */
  function secrets(): readonly string[] {
    return [...new Set([...discovery.places.values()].flatMap(({ keySecret }) => keySecret ?? []))];
  }

  /** Those whose key is not known are as good as absent. */
  function reachable(): ReadonlyMap<string, AgentPlace> {
    const entries = Array.from(discovery.places, ([node, place]): [string, AgentPlace] => {
      const problem = place.keySecret === undefined ? undefined : keys.problem(place.keySecret);
      return [
        node,
        problem && place.pod ? { ...place, pod: undefined, uid: undefined, reason: problem.message } : place,
      ];
    });
    return new Map(entries);
  }

  /** A tunnel for each node that has an agent; the same as long as it has one. */
  async function endpoints(): Promise<readonly AgentEndpoint[]> {
    for (const [node, tunnel] of [...tunnels]) {
      if (discovery.places.get(node)?.pod !== undefined) continue;
      tunnel.close();
      tunnels.delete(node);
    }
    const found: AgentEndpoint[] = [];
    for (const { node, pod, keySecret = '' } of reachable().values()) {
      const key = keys.of(keySecret);
      if (pod === undefined || key === undefined) continue;
      const tunnel =
        tunnels.get(node) ?? (await openTunnel({ config, path: socketPath(), target: () => targetOn(node) }));
      tunnels.set(node, tunnel);
      found.push({ agent: node, address: tunnel.address, access: { key, node }, isNamedHere: true });
    }
    return found;
  }

  function targetOn(node: string) {
    const pod = discovery.places.get(node)?.pod;
    return pod === undefined ? undefined : { namespace, pod, port: agentPort };
  }

  function socketPath(): string {
    sockets += 1;
    return join(folder, `agent-${sockets}.sock`);
  }
}

/** Numbers of sockets, which several sources may put into one folder. */
let sockets = 0;

async function inTime(ready: Promise<void>, ms: number): Promise<void> {
  await Promise.race([ready, new Promise<void>((resolve) => setTimeout(resolve, ms).unref())]);
}

const clusterError = (reason: string) => new AppError('cluster', { reason });
const noAgents = (namespace: string) =>
  clusterError(
    `There are no agents in the namespace ${namespace} of this cluster. Put them there: kelpie deploy (or name another one: --agent-namespace).`,
  );
