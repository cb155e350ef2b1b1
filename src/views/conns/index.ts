import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { connsList } from './conns-list.ts';

export const connsSpec: ViewSpec = {
  id: 'conns',
  aliases: ['conn', 'connections', 'connection', 'tcp'],
  doc: 'TCP connections one by one: state, age, bytes, round trips; enter shows the requests on one.',
  create: (context, opening) => createListView(context, connsList, opening),
};
