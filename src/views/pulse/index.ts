import type { ViewSpec } from '../view.ts';
import { createPulseView } from './pulse-view.tsx';

export const pulseSpec: ViewSpec = {
  id: 'pulse',
  aliases: ['pu', 'hz', 'health', 'pulses'],
  doc: 'Is all well? Rate, errors and latency against the stretch before, what changed most, what fails, who is busy.',
  create: createPulseView,
};
