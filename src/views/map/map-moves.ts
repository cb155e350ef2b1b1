/** What the keys of the map do. */
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { edges as edgesTable } from '../../domain/tables/derived/edges.ts';
import type { Scope } from '../../store/store.ts';
import type { ViewContext } from '../view.ts';
import { busiestNode, stepOverBoxes, stepOverList, worrying, worstFirst } from './choice.ts';
import { podsOf, type Target, targetOfEdge, targetOfNode } from './drill.ts';
import { fullName } from './labels.ts';
import type { MapMoves } from './map-actions.ts';
import { type MapModel, nodeIn } from './map-model.ts';
import { type MapPicture, rowsOf } from './map-picture.ts';
import type { SceneView } from './scene.ts';
import { edgeLimits, firstLimit } from './select.ts';
import { edgesOf, type Selected } from './walk.ts';

export interface MapHands {
  readonly moves: MapMoves;
  choose(next: Selected | undefined): void;
  /** Back to everything, with what was pinned chosen. */
  unpin(): void;
}

export function createMapHands(context: ViewContext, model: MapModel, picture: MapPicture): MapHands {
  /** The node whose edges tab goes round. */
  let cycleHome: string | undefined;

  const choose = (next: Selected | undefined) => {
    if (next) model.selected = next;
    picture.follow();
    context.changed();
  };
  const unpin = () => {
    const id = model.focus;
    model.pin(undefined);
    choose(id === undefined ? undefined : { kind: 'node', id });
  };
  const open = ({ view, opening }: Target) => context.drill(view, { time: model.time, ...opening });
  const stepAmong = (keys: readonly string[], step: number) => {
    const { selected } = model;
    const now = selected?.kind === 'edge' ? keys.indexOf(selected.key) : -1;
    const key = keys[(now + step + keys.length * 2) % Math.max(1, keys.length)] ?? keys[0];
    if (key !== undefined) choose({ kind: 'edge', key });
  };
  const scopeOf = (shown: SceneView): { scope: Scope; about: string } | undefined => {
    const edge = model.chosenEdge(shown);
    if (edge) {
      const { source, destination } = edge;
      const about = `${source} ${context.ui.glyphs.arrow} ${destination}`;
      return { scope: { edge: { source, destination } }, about: sanitizeLine(about) };
    }
    const node = model.chosenNode(shown);
    if (!node) return undefined;
    const scope: Scope = node.kind === 'namespace' ? { namespace: node.name } : { service: node.id };
    return { scope, about: sanitizeLine(fullName(node)) };
  };

  const moves: MapMoves = {
    walk(step) {
      const shown = model.view();
      const now = model.current(shown);
      choose(model.isList(shown) ? stepOverList(rowsOf(shown), now, step) : now && stepOverBoxes(shown, now, step));
    },
    pan(columns, rows) {
      picture.pan(columns, rows);
      context.changed();
    },
    cycle(step) {
      const shown = model.view();
      const now = model.current(shown);
      const home = now?.kind === 'node' ? now.id : cycleHome;
      if (home === undefined || !shown.selection.nodes.has(home)) return now && choose(now);
      cycleHome = home;
      const stops = [undefined, ...edgesOf(shown.plan, home)];
      const at = now?.kind === 'edge' ? stops.indexOf(now.key) : 0;
      const key = stops[(Math.max(0, at) + step + stops.length) % stops.length];
      choose(key === undefined ? { kind: 'node', id: home } : { kind: 'edge', key });
    },
    open() {
      const shown = model.view();
      const edge = model.chosenEdge(shown);
      const node = model.chosenNode(shown);
      if (edge) {
        const source = nodeIn(shown)(edge.source);
        const destination = nodeIn(shown)(edge.destination);
        if (source && destination) open(targetOfEdge(edge, source, destination));
      } else if (node) {
        const all = [...model.graph().edges.values()];
        const arriving = all.filter(({ destination }) => destination === node.id);
        const leaving = all.filter(({ source }) => source === node.id);
        open(targetOfNode(node, arriving, leaving));
      }
    },
    pods() {
      const node = model.chosenNode(model.view());
      if (node) context.drill('pods', { time: model.time, ...podsOf(node).opening });
    },
    chart() {
      const what = scopeOf(model.view());
      if (what) context.drill('latency', { time: model.time, ...what });
    },
    pin() {
      if (model.focus !== undefined) return unpin();
      const shown = model.view();
      const id = model.chosenEdge(shown)?.destination ?? model.chosenNode(shown)?.id;
      if (id === undefined) return;
      model.pin(id);
      choose({ kind: 'node', id });
    },
    more(step) {
      const at = edgeLimits.findIndex((each) => each >= model.limit);
      model.limit = edgeLimits[Math.max(0, Math.min(edgeLimits.length - 1, at + step))] ?? firstLimit;
      const { total } = model.view().selection;
      const isAll = total <= model.limit;
      const some = `${formatCount(model.limit)} of ${formatCount(total)} edges`;
      context.flash('info', isAll ? `all ${formatCount(total)} edges` : some);
      context.changed();
    },
    collapse() {
      model.collapse();
      choose(undefined);
    },
    list() {
      model.form = model.isList(model.view()) ? 'boxes' : 'list';
      choose(undefined);
    },
    renew() {
      model.renew();
      choose(undefined);
    },
    nextMatch(step) {
      const shown = model.view();
      const found = model.matching(shown);
      stepAmong(
        worstFirst(shown).filter((key) => found.has(key)),
        step,
      );
    },
    worst() {
      const bad = worrying(model.view());
      if (bad.length === 0) context.flash('info', 'nothing fails and nothing is slow');
      else stepAmong(bad, 1);
    },
    busiest() {
      const id = busiestNode(model.view());
      if (id !== undefined) choose({ kind: 'node', id });
    },
    copy() {
      const shown = model.view();
      const edge = model.chosenEdge(shown);
      const text = edge ? `${edge.source} -> ${edge.destination}` : model.chosenNode(shown)?.id;
      if (text !== undefined) context.copy(text, edge ? 'edge' : 'name');
    },
    json() {
      const [row] = model.chosenEdge(model.view())?.rows ?? [];
      if (row) context.openJson(edgesTable, row);
    },
  };
  return { moves, choose, unpin };
}
