/** The routes of one server, learnt from its paths: a place in the path that takes too many different words holds values. */
import { otherRoute, routeSegments } from './route.ts';
import { anyValue } from './segment.ts';

export interface RouteTreeOptions {
  /** Different words that a place may take before they are taken for values. */
  readonly words?: number;
  /** The same for words that only ever were asked for in vain: scanners make up any number of them, and learn nothing by it. */
  readonly doubtful?: number;
  /** Places in all. */
  readonly places?: number;
}

export interface RouteTree {
  /** The route of a target. `proven`: the server knows it, as its answer was no error. Never throws. */
  of(target: string, proven: boolean): string;
  /** Rises when routes become coarser: what was remembered of earlier answers may be out of date. */
  readonly generation: number;
}

interface Place {
  readonly words: Map<string, Place>;
  /** What follows a value. */
  values: Place | undefined;
  proven: boolean;
  /** Words of it that are. */
  provenWords: number;
  /** Every word here is a value. */
  collapsed: boolean;
  /** The route to here as it was last made, and of what: the same text again need not be made again. */
  before: string;
  text: string;
  route: string;
}

export function createRouteTree(options: RouteTreeOptions = {}): RouteTree {
  const { words = 50, doubtful = 20, places = 1000 } = options;
  const root = newPlace(true);
  let count = 1;
  let generation = 0;

  function newPlace(proven: boolean): Place {
    return {
      words: new Map(),
      values: undefined,
      proven,
      provenWords: 0,
      collapsed: false,
      before: '',
      text: '',
      route: '',
    };
  }

  function valuesOf(place: Place): Place | undefined {
    if (place.values === undefined && count < places) {
      place.values = newPlace(false);
      count++;
    }
    return place.values;
  }

  function collapse(place: Place): void {
    place.collapsed = true;
    generation++;
    for (const child of place.words.values()) count -= sizeOf(child);
    place.words.clear();
    place.provenWords = 0;
  }

  /** The next place along `word`, and whether the word stays as it is. */
  function next(
    place: Place,
    word: string,
    proven: boolean,
  ): { readonly child: Place | undefined; readonly kept: boolean } {
    const known = place.words.get(word);
    if (known !== undefined && (known.proven || !proven)) return { child: known, kept: true };
    if (place.collapsed || (!proven && place.words.size - place.provenWords >= doubtful)) {
      return { child: valuesOf(place), kept: false };
    }
    if (proven && place.provenWords >= words) {
      collapse(place);
      return { child: valuesOf(place), kept: false };
    }
    if (proven) place.provenWords++;
    if (known !== undefined) {
      known.proven = true;
      return { child: known, kept: true };
    }
    if (count >= places) return { child: undefined, kept: false };
    const child = newPlace(proven);
    place.words.set(word, child);
    count++;
    return { child, kept: true };
  }

  return {
    of(target, proven) {
      const segments = routeSegments(target);
      if (typeof segments === 'string') return segments;
      let place: Place | undefined = root;
      let route = '';
      for (const segment of segments) {
        const step = next(place, segment, proven);
        place = step.child;
        if (place === undefined) return otherRoute;
        route = routeTo(place, route, step.kept || segment.charCodeAt(0) === 123 ? segment : anyValue);
      }
      return route;
    },
    get generation() {
      return generation;
    },
  };
}

function routeTo(place: Place, before: string, text: string): string {
  if (place.route === '' || place.text !== text || place.before !== before) {
    place.before = before;
    place.text = text;
    place.route = `${before}/${text}`;
  }
  return place.route;
}

function sizeOf(place: Place): number {
  let size = 1 + (place.values ? sizeOf(place.values) : 0);
  for (const child of place.words.values()) size += sizeOf(child);
  return size;
}
