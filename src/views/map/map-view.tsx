/** `:map`: who calls whom, drawn. */
import { edges as edgesTable } from '../../domain/tables/derived/edges.ts';
import { Lines } from '../../tui/lines.tsx';
import type { Feedback } from '../../tui/prompt.tsx';
import { plainText, type StyledLine } from '../../tui/styled-line.ts';
import type { Area } from '../../tui/view.ts';
import { Message } from '../message.tsx';
import { timeLabel } from '../time.ts';
import type { Opening, View, ViewContext, ViewScreen } from '../view.ts';
import { worstFirst } from './choice.ts';
import { emptyLines } from './empty.ts';
import { headingOf } from './heading.ts';
import { mapActions } from './map-actions.ts';
import { createMapModel } from './map-model.ts';
import { createMapHands } from './map-moves.ts';
import { createMapPicture } from './map-picture.ts';
import type { SceneView } from './scene.ts';
import { isGone } from './select.ts';
import { stripHeight, stripLines } from './strip.ts';

export function createMapView(context: ViewContext, opening: Opening = {}): View {
  const { ui } = context;
  const model = createMapModel(context, opening);
  const { search } = model;
  const picture = createMapPicture(model, ui);
  const { moves, choose, unpin } = createMapHands(context, model, picture);

  const heading = (shown: SceneView): StyledLine => {
    const at = model.window().to;
    return headingOf({
      namespaces: context.namespaces(),
      shown: [...shown.selection.edges.values()].filter((seen) => !isGone(seen, at)).length,
      total: shown.selection.total,
      hiddenNodes: shown.selection.hiddenNodes,
      collapsed: model.collapsed,
      focus: model.focus?.replace(/\/$/, ''),
      filter: search.text,
      matches: search.active ? model.matching(shown).size : 0,
      pending: shown.pending,
    });
  };
  const strip = (shown: SceneView): readonly string[] =>
    stripLines({
      shown: shown.selection,
      graph: model.graph(),
      chosen: model.current(shown),
      at: model.window().to,
      width: model.area.width,
      height: stripHeight(model.area.height),
      ui,
    });
  const screen = (area: Area): ViewScreen => {
    model.area = area;
    const shown = model.view();
    const title = heading(shown);
    const about = { title: plainText(title), heading: title, actions: actions() };
    if (shown.selection.nodes.size === 0) {
      const { time, focus } = model;
      const why = emptyLines(context.snapshot(), { time, namespaces: context.namespaces(), focus });
      return { ...about, body: <Message lines={why} area={area} /> };
    }
    const lines = [...picture.lines(shown), ...strip(shown)];
    return { ...about, body: <Lines lines={lines} width={area.width} height={area.height} /> };
  };
  const actions = () => {
    const now = model.current(model.view());
    const has = (id: string) => context.specs.some((spec) => spec.id === id);
    return mapActions(moves, {
      nothing: now ? undefined : 'nothing is on the map',
      noPods: now?.kind !== 'node' ? 'choose a node first: tab' : has('pods') ? undefined : 'no view of pods here',
      noChart: has('latency') ? (now ? undefined : 'nothing is on the map') : 'no charts here',
      noMatch: search.active ? undefined : 'search first: /',
      noEdge: now?.kind === 'edge' ? undefined : 'choose an edge first: tab',
    });
  };

  const preview = (typed: string): Feedback =>
    search.set(typed) ?? search.feedback(model.graph(), model.matching(model.view()).size);
  const commit = (typed: string): boolean => {
    if (preview(typed).error) return false;
    const shown = model.view();
    const found = model.matching(shown);
    const first = worstFirst(shown).find((key) => found.has(key));
    if (search.active && first !== undefined) choose({ kind: 'edge', key: first });
    return true;
  };
  if (opening.filter) preview(opening.filter);
  if (opening.scope?.service) model.selected = { kind: 'node', id: opening.scope.service };
  if (opening.scope?.namespace) model.selected = { kind: 'node', id: `${opening.scope.namespace}/` };
  return {
    id: 'map',
    crumb: opening.about === undefined ? 'map' : `map ${opening.about}`,
    screen,
    actions,
    field: {
      title: 'search',
      get text() {
        return search.text;
      },
      preview,
      commit,
      complete: (text) => search.complete(text, model.graph()),
    },
    accept(argument) {
      const text = argument.replace(/^\//, '');
      const { error } = preview(text);
      if (error) return error.reason;
      commit(text);
      return undefined;
    },
    back() {
      if (search.text !== '') {
        commit('');
        return true;
      }
      if (model.focus === undefined) return false;
      unpin();
      return true;
    },
    state: () => timeLabel(model.time, -new Date(context.now()).getTimezoneOffset()),
    time: {
      get: () => model.time,
      set(next) {
        model.time = next;
        context.changed();
      },
    },
    saving: () => {
      const rows = [...model.view().selection.edges.values()].flatMap(({ item }) => item.rows.map(({ row }) => row));
      return rows.length === 0 ? undefined : { table: edgesTable, rows };
    },
    needs: () => ({ tables: [], level: 'heads', scopes: [] }),
  };
}
