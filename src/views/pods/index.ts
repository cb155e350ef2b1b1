import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { podsList } from './pods-list.ts';

export const podsSpec: ViewSpec = {
  id: 'pods',
  aliases: ['pod', 'po'],
  doc: 'Pods: rate, errors, latency, CPU and memory of each; enter shows its requests.',
  create: (context, opening) => createListView(context, podsList, opening),
};
