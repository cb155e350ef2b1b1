import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { nsList } from './ns-list.ts';

export const nsSpec: ViewSpec = {
  id: 'ns',
  aliases: ['namespaces', 'namespace'],
  doc: 'Namespaces: rate, errors, latency and resources of each; enter shows its services.',
  create: (context, opening) => createListView(context, nsList, opening),
};
