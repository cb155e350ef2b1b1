import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { endpointsList } from './endpoints-list.ts';

export const endpointsSpec: ViewSpec = {
  id: 'endpoints',
  aliases: ['endpoint', 'ep', 'routes', 'route'],
  doc: 'Routes of each service: `/orders/{number}` is one; enter shows its requests.',
  create: (context, opening) => createListView(context, endpointsList, opening),
};
