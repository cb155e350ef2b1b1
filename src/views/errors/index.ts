import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { errorsList } from './errors-list.ts';

export const errorsSpec: ViewSpec = {
  id: 'errors',
  aliases: ['error', 'err', 'failures', 'faults'],
  doc: 'Everything that failed: requests, DNS queries, connections, in one list.',
  create: (context, opening) => createListView(context, errorsList, opening),
};
