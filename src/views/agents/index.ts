import type { ViewSpec } from '../view.ts';
import { createAgentsView } from './agents-view.tsx';

export const agentsSpec: ViewSpec = {
  id: 'agents',
  aliases: ['agent', 'ag', 'nodes'],
  doc: 'Each agent: kernel, programs, rates, CPU, memory, and every loss by reason.',
  create: createAgentsView,
};
