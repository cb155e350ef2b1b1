import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { flowsList } from './flows-list.ts';

export const flowsSpec: ViewSpec = {
  id: 'flows',
  aliases: ['flow', 'net', 'network', 'traffic'],
  doc: 'Who exchanges how much with whom, TCP and UDP: bytes, round trips, retransmits, failures.',
  create: (context, opening) => createListView(context, flowsList, opening),
};
