import { requestsList } from '../list/http-requests.ts';
import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';

/** The agents leave out what is quick, so that a busy minute does not push the slow requests out of what is kept. */
const slowList = requestsList({
  id: 'slow',
  isRecent: true,
  isOneSided: true,
  noun: 'slow requests',
  filter: 'latency>=1ms',
  sort: { column: 'latency', direction: 'descending' },
  severityColumns: ['latency', 'outcome', 'resp_status'],
});

export const slowSpec: ViewSpec = {
  id: 'slow',
  aliases: ['slowest', 'top'],
  doc: 'The slowest HTTP requests of the last minute, or of the time shown.',
  create: (context, opening) => createListView(context, slowList, opening),
};
