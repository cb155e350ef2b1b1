/** Up to when everything has been told: the end of the newest complete second, over agents whose clocks and lines differ. */

export interface Clock {
  /** An agent told of this second, Unix ms of its beginning; `now` is the terminal's clock. */
  told(agent: string, second: number, now: number): void;
  /** A live agent's own clock, Unix ms: what it has not told of the seconds before did not happen. */
  alive(agent: string, time: number, now: number): void;
  /** The line to an agent is lost: it is not waited for. */
  lost(agent: string): void;
  /** The agent will say no more. */
  ended(agent: string): void;
  /** End of the newest complete second; never falls. Undefined before the first. */
  settle(now: number): number | undefined;
  /** More will be complete soon without another word. */
  readonly isSettling: boolean;
}

interface Agent {
  /** Beginning of the newest second it told of, and when it did so first. */
  second: number;
  since: number;
  /** All seconds before this are told. */
  reached: number;
  heard: number;
  lost: boolean;
}

const secondMs = 1_000;
/** Tables of one second come in streams of their own: so long after the first the others are there, too. */
const companyMs = 200;
/** A second's summary is on its way this long after its end at most, else the agent is late. */
const deliveryMs = 1_200;
/** An agent of which nothing was heard for so long is not waited for. */
const silentMs = 3_000;
/** Agents whose clocks differ by more from the others' hold nobody up and run ahead of nobody. */
const skewMs = 3_000;

export function createClock(): Clock {
  const agents = new Map<string, Agent>();
  let to: number | undefined;
  let isSettling = false;

  const agentOf = (name: string, now: number): Agent => {
    let agent = agents.get(name);
    if (!agent) {
      const none = Number.NEGATIVE_INFINITY;
      agent = { second: none, since: 0, reached: none, heard: now, lost: false };
      agents.set(name, agent);
    }
    agent.heard = now;
    agent.lost = false;
    return agent;
  };

  return {
    told(name, second, now) {
      const agent = agentOf(name, now);
      if (second <= agent.second) return;
      agent.second = second;
      agent.since = now;
      agent.reached = Math.max(agent.reached, second);
    },
    alive(name, time, now) {
      const agent = agentOf(name, now);
      const complete = Math.floor((time - deliveryMs) / secondMs) * secondMs;
      agent.reached = Math.max(agent.reached, complete);
    },
    lost(name) {
      const agent = agents.get(name);
      if (agent) agent.lost = true;
    },
    ended(name) {
      const agent = agents.get(name);
      if (agent) agent.reached = Math.max(agent.reached, agent.second + secondMs);
    },
    settle(now) {
      isSettling = false;
      const reached: number[] = [];
      for (const agent of agents.values()) {
        if (agent.second >= agent.reached) {
          if (now - agent.since >= companyMs) agent.reached = agent.second + secondMs;
          else isSettling = true;
        }
        const isHeard = !agent.lost && now - agent.heard < silentMs;
        if (agent.reached > Number.NEGATIVE_INFINITY && (isHeard || to === undefined || agents.size === 1)) {
          reached.push(agent.reached);
        }
      }
      if (reached.length === 0) return to;
      reached.sort((a, b) => a - b);
      const middle = reached[Math.floor(reached.length / 2)] ?? 0;
      const together = reached.filter((each) => Math.abs(each - middle) <= skewMs);
      to = Math.max(to ?? Number.NEGATIVE_INFINITY, Math.min(...together));
      return to;
    },
    get isSettling() {
      return isSettling;
    },
  };
}
