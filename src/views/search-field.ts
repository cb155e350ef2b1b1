/** What `/` opens in a text: each letter searches at once, enter keeps what was found. */
import type { Feedback } from '../tui/prompt.tsx';
import type { TextField } from './view.ts';

/** @param text what is searched for now  @param search looks for another text and says what it found */
export function searchField(text: () => string, search: (wanted: string) => Feedback): TextField {
  return {
    title: 'search',
    get text() {
      return text();
    },
    preview: search,
    commit: (wanted) => {
      search(wanted);
      return true;
    },
    complete: () => [],
  };
}
