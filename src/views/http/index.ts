import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { httpList } from './http-list.ts';

export const httpSpec: ViewSpec = {
  id: 'http',
  aliases: ['requests', 'req', 'h'],
  doc: 'Every HTTP request while it happens; `:http /kuard` filters.',
  create: (context, opening) => createListView(context, httpList, opening),
};
