import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';
import { svcList } from './svc-list.ts';

export const svcSpec: ViewSpec = {
  id: 'svc',
  aliases: ['services', 'service', 'workloads', 'wk', 'deploy', 'dp'],
  doc: 'Services: the pods of a workload taken together; enter shows its pods.',
  create: (context, opening) => createListView(context, svcList, opening),
};
