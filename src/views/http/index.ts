import type { ViewSpec } from '../view.ts';
import { createHttpView } from './http-view.tsx';

export const httpSpec: ViewSpec = {
  id: 'http',
  aliases: ['requests', 'req', 'h'],
  doc: 'Every HTTP request while it happens; `:http /kuard` filters.',
  create: createHttpView,
};
