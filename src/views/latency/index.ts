import type { ViewSpec } from '../view.ts';
import { createLatencyView } from './latency-view.tsx';

export const latencySpec: ViewSpec = {
  id: 'latency',
  aliases: ['lat', 'chart', 'charts', 'histogram', 'heatmap'],
  doc: 'Latency, rate and errors over time, histogram and heatmap; `:latency shop/api` of one service or pod.',
  create: createLatencyView,
};
