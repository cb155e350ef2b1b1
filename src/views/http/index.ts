import { requestsList } from '../list/http-requests.ts';
import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';

const httpList = requestsList({ id: 'http' });

export const httpSpec: ViewSpec = {
  id: 'http',
  aliases: ['requests', 'req', 'h'],
  doc: 'Every HTTP request while it happens; `:http /kuard` filters.',
  create: (context, opening) => createListView(context, httpList, opening),
};
