/** How many different things are told apart; what comes beyond is summed up under "*" and counted. */
export interface SummaryLimits {
  readonly pods: number;
  readonly edges: number;
  readonly servers: number;
  /** Of one server: methods and routes. */
  readonly endpoints: number;
  readonly allEndpoints: number;
  /** Seconds after which what was silent is forgotten. */
  readonly idleSeconds: number;
}

export const defaultSummaryLimits: SummaryLimits = {
  pods: 2000,
  edges: 5000,
  servers: 500,
  endpoints: 200,
  allEndpoints: 10_000,
  idleSeconds: 600,
};

/** Whoever there is no more room for. */
export const anybody = '*';
