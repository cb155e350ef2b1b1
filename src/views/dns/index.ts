import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { dnsList } from './dns-list.ts';

export const dnsSpec: ViewSpec = {
  id: 'dns',
  aliases: ['queries', 'query'],
  doc: 'Every DNS question and its answer while it happens.',
  create: (context, opening) => createListView(context, dnsList, opening),
};
