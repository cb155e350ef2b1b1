/** The registry of tables: one line each. */
import type { Table } from '../table.ts';
import { connStats } from './conn-stats.ts';
import { edges } from './derived/edges.ts';
import { endpoints } from './derived/endpoints.ts';
import { flows } from './derived/flows.ts';
import { namespaces } from './derived/namespaces.ts';
import { pods } from './derived/pods.ts';
import { services } from './derived/services.ts';
import { dnsEvents } from './dns-events.ts';
import { edgeStats } from './edge-stats.ts';
import { endpointStats } from './endpoint-stats.ts';
import { httpEvents } from './http-events.ts';
import { networkStats } from './network-stats.ts';
import { podInfo } from './pod-info.ts';
import { podStats } from './pod-stats.ts';
import { processStats } from './process-stats.ts';
import { tcpStatsEvents } from './tcp-stats-events.ts';

/** What agents send. */
export const tables: readonly Table[] = [
  httpEvents,
  dnsEvents,
  connStats,
  tcpStatsEvents,
  podStats,
  edgeStats,
  endpointStats,
  processStats,
  networkStats,
  podInfo,
];

/** What is worked out from those where they are read (src/store/series): over all agents, for a stretch of time. */
export const derivedTables: readonly Table[] = [services, pods, namespaces, endpoints, edges, flows];

/** The table of an agent with this id, or undefined. */
export function findTable(id: string): Table | undefined {
  return tables.find((table) => table.id === id);
}

/** The table with this id, derived ones included, or undefined. */
export function findAnyTable(id: string): Table | undefined {
  return findTable(id) ?? derivedTables.find((table) => table.id === id);
}
