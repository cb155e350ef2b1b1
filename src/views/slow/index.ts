import { requestOf, requestsList } from '../list/http-requests.ts';
import { createListView } from '../list/list-view.tsx';
import type { ViewSpec } from '../view.ts';

/**
 * The agents leave out what is quick, so that a busy minute does not push the slow requests out of what is kept. What has no answer yet
 * belongs here, and how it ended does too: otherwise what was under way would stay so.
 */
const slowList = requestsList({
  id: 'slow',
  isRecent: true,
  sides: { first: 'once', subjectOf: requestOf },
  hasAges: true,
  noun: 'slow requests',
  base: 'latency>=1ms or outcome=in-flight,unanswered,reset,partial',
  caption: '1ms or longer',
  nothing: ['No request took 1ms or longer.', 'Those without an answer are listed too, with their age.'],
  sort: { column: 'latency', direction: 'descending' },
  severityColumns: ['latency', 'outcome', 'resp_status'],
});

export const slowSpec: ViewSpec = {
  id: 'slow',
  aliases: ['slowest', 'top'],
  doc: 'The slowest HTTP requests of the last minute, or of the time shown.',
  create: (context, opening) => createListView(context, slowList, opening),
};
