/** Columns of rate, errors, latency and their recent course, for a stretch of time. What a person on call asks of anything that serves. */
import type { ColumnSpecs } from '../../column.ts';

export const goldenColumns = {
  rate: { type: 'rate', title: 'RATE', width: [6, 7, 8], priority: 1, required: true, doc: 'Requests per second.' },
  rate_series: {
    type: 'series',
    title: 'RATE TREND',
    of: 'rate',
    width: [10, 16, 32],
    priority: 4,
    doc: 'Requests per second over the stretch of time shown, oldest first.',
  },
  errors: {
    type: 'percent',
    title: 'ERR%',
    width: [5, 6, 6],
    priority: 1,
    thresholds: [0.01, 0.05],
    aliases: ['err'],
    doc: 'Share of requests that failed: 5xx, reset, unanswered. Empty without requests.',
  },
  client_errors: {
    type: 'percent',
    title: '4XX%',
    width: [5, 6, 6],
    priority: 6,
    thresholds: [0.1, 0.5],
    doc: 'Share of requests answered with 4xx.',
  },
  p50: { type: 'duration', title: 'P50', width: [6, 7, 8], priority: 2, doc: 'Median latency (ns).' },
  p90: { type: 'duration', title: 'P90', width: [6, 7, 8], priority: 4, doc: '90th percentile of the latency (ns).' },
  p99: {
    type: 'duration',
    title: 'P99',
    width: [6, 7, 8],
    priority: 1,
    aliases: ['latency'],
    doc: '99th percentile of the latency (ns).',
  },
  p99_series: {
    type: 'series',
    title: 'P99 TREND',
    of: 'duration',
    width: [10, 16, 32],
    priority: 2,
    doc: '99th percentile of the latency (ns) over the stretch of time shown, oldest first; NaN where nothing was asked.',
  },
  requests: {
    type: 'count',
    title: 'REQS',
    width: [5, 7, 9],
    priority: 7,
    wide: true,
    required: true,
    doc: 'Requests in the stretch of time shown.',
  },
  in_bytes: { type: 'byterate', title: 'IN/s', width: [7, 7, 8], priority: 5, doc: 'Bytes received per second.' },
  out_bytes: { type: 'byterate', title: 'OUT/s', width: [7, 7, 8], priority: 5, doc: 'Bytes sent per second.' },
  sampled: {
    type: 'percent',
    title: 'SAMPLED',
    width: [7, 7, 7],
    priority: 4,
    wide: true,
    thresholds: [0.001, 0.5],
    doc: 'Share of requests left out by the capture budget: rate counts them, errors and latency are of the others.',
  },
} as const satisfies ColumnSpecs;

/** The same of what may serve nothing: a load generator, a database of which no request is understood. */
export const servingColumns = {
  ...goldenColumns,
  rate: {
    ...goldenColumns.rate,
    required: false,
    doc: 'Requests served per second; empty where it serves none.',
  },
  rate_series: {
    ...goldenColumns.rate_series,
    standIn: 'bytes_series',
    doc: 'Requests served per second over the stretch of time shown, oldest first; empty where it serves none: lists show the course of its bytes there.',
  },
  bytes_series: {
    type: 'series',
    title: 'BYTES TREND',
    of: 'byterate',
    width: [10, 16, 32],
    priority: 0,
    doc: 'Bytes per second through its connections, both ways, over the stretch of time shown, oldest first; empty where none is known.',
  },
} as const satisfies ColumnSpecs;
