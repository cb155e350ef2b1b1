/** `:map`: who calls whom, drawn. */
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { edges as edgesTable } from '../../domain/tables/derived/edges.ts';
import { services as servicesTable } from '../../domain/tables/derived/services.ts';
import type { Scope, StoredRow } from '../../store/store.ts';
import { createCanvas } from '../../tui/canvas/canvas.ts';
import { Lines } from '../../tui/lines.tsx';
import type { Feedback } from '../../tui/prompt.tsx';
import { plainText, type StyledLine } from '../../tui/styled-line.ts';
import type { Area } from '../../tui/view.ts';
import { Message } from '../message.tsx';
import { liveTime, type TimeState, timeLabel, windowOf } from '../time.ts';
import type { Opening, View, ViewContext, ViewScreen } from '../view.ts';
import { busiestNode, rowOf, stepOverBoxes, stepOverList, worrying, worstFirst } from './choice.ts';
import { podsOf, type Target, targetOfEdge, targetOfNode } from './drill.ts';
import { emphasesOf } from './emphasis.ts';
import { emptyLines } from './empty.ts';
import { around } from './focus.ts';
import { buildGraph, type MapEdge, type MapGraph, type MapNode } from './graph.ts';
import { headingOf } from './heading.ts';
import { fullName } from './labels.ts';
import { createLayoutThread } from './layout-thread.ts';
import { listLine, listRows, nameWidths } from './list-rows.ts';
import { type MapMoves, mapActions } from './map-actions.ts';
import { paintBoxes } from './paint-boxes.ts';
import { createScene, type Scene, type SceneView } from './scene.ts';
import { createSearch } from './search.ts';
import { edgeLimits, firstLimit, isGone } from './select.ts';
import { stripHeight, stripLines } from './strip.ts';
import { clampOffset, type Offset, reveal, windowAt } from './view-window.ts';
import { edgesOf, type Selected } from './walk.ts';

export function createMapView(context: ViewContext, opening: Opening = {}): View {
  const { ui } = context;
  const { glyphs } = ui;
  const thread = createLayoutThread();
  const newScene = () => createScene(glyphs, thread, context.changed);
  const scenes: Record<'services' | 'namespaces', Scene> = { services: newScene(), namespaces: newScene() };
  let focusScene: Scene | undefined;
  let focus: string | undefined;
  let collapsed = false;
  let limit: number = firstLimit;
  let form: 'auto' | 'boxes' | 'list' = 'auto';
  let time: TimeState = opening.time ?? liveTime;
  const search = createSearch(context.changed);
  let selected: Selected | undefined;
  let offset: Offset = { left: 0, top: 0 };
  /** Where the chosen one was on the screen when it was painted last: it stays there when the layout moves. */
  let anchor: { readonly selected: Selected; readonly x: number; readonly y: number } | undefined;
  let mustReveal = true;
  let listTop = 0;
  let area: Area = { width: 80, height: 20 };
  let built: { edges: readonly StoredRow[]; services: readonly StoredRow[]; key: string; graph: MapGraph } | undefined;

  const window = () => windowOf(time, context.snapshot());
  const graph = (): MapGraph => {
    const namespaces = context.namespaces();
    const edges = context.snapshot().derived(edgesTable.id, window());
    const services = context.snapshot().derived(servicesTable.id, window());
    const key = `${collapsed} ${focus ?? ''}\n${[...namespaces].join()}`;
    if (built?.edges !== edges || built.services !== services || built.key !== key) {
      const whole = buildGraph(edges, services, { collapsed, namespaces });
      built = { edges, services, key, graph: focus === undefined ? whole : around(whole, focus) };
    }
    return built.graph;
  };
  const mapArea = (): Area => ({ width: area.width, height: Math.max(1, area.height - stripHeight(area.height)) });
  const scene = () => focusScene ?? scenes[collapsed ? 'namespaces' : 'services'];
  const view = (): SceneView => scene().update(graph(), limit, window().to, mapArea());
  const isList = (shown: SceneView) => form === 'list' || (form === 'auto' && shown.crowded);
  const nodeIn = (shown: SceneView) => (id: string) => shown.selection.nodes.get(id)?.item;
  const edgeIn = (shown: SceneView) => (key: string) => shown.selection.edges.get(key)?.item;

  const matching = (shown: SceneView): ReadonlySet<string> => {
    return new Set(
      [...shown.selection.edges.values()].filter(({ item }) => search.matches(item)).map(({ item }) => item.key),
    );
  };
  /** The chosen one as long as it is on the map; else the one that needs a look most. */
  const current = (shown: SceneView): Selected | undefined => {
    if (selected?.kind === 'node' && shown.selection.nodes.has(selected.id)) return selected;
    if (selected?.kind === 'edge' && shown.selection.edges.has(selected.key)) return selected;
    const node = busiestNode(shown);
    return node === undefined ? undefined : { kind: 'node', id: node };
  };
  const choose = (next: Selected | undefined) => {
    if (next) selected = next;
    mustReveal = true;
    anchor = undefined;
    context.changed();
  };
  const chosenEdge = (shown: SceneView): MapEdge | undefined => {
    const now = current(shown);
    return now?.kind === 'edge' ? edgeIn(shown)(now.key) : undefined;
  };
  const chosenNode = (shown: SceneView): MapNode | undefined => {
    const now = current(shown);
    return now?.kind === 'node' ? nodeIn(shown)(now.id) : undefined;
  };
  const rowsOf = (shown: SceneView) => {
    const { selection, arrangement } = shown;
    const layerOf = (id: string) => arrangement.layerOf.get(id) ?? 0;
    return listRows(
      [...selection.edges.values()].map(({ item }) => item),
      [...selection.nodes.keys()],
      layerOf,
    );
  };
  const stepAmong = (keys: readonly string[], step: number) => {
    const now = selected?.kind === 'edge' ? keys.indexOf(selected.key) : -1;
    const key = keys[(now + step + keys.length * 2) % Math.max(1, keys.length)] ?? keys[0];
    if (key !== undefined) choose({ kind: 'edge', key });
  };
  const scopeOf = (shown: SceneView): { scope: Scope; about: string } | undefined => {
    const edge = chosenEdge(shown);
    if (edge) {
      const { source, destination } = edge;
      const about = `${source} ${glyphs.arrow} ${destination}`;
      return { scope: { edge: { source, destination } }, about: sanitizeLine(about) };
    }
    const node = chosenNode(shown);
    if (!node) return undefined;
    const scope: Scope = node.kind === 'namespace' ? { namespace: node.name } : { service: node.id };
    return { scope, about: sanitizeLine(fullName(node)) };
  };

  const moves: MapMoves = {
    walk(step) {
      const shown = view();
      const now = current(shown);
      choose(isList(shown) ? stepOverList(rowsOf(shown), now, step) : now && stepOverBoxes(shown, now, step));
    },
    pan(columns, rows) {
      offset = clampOffset({ left: offset.left + columns, top: offset.top + rows }, view().plan, mapArea());
      mustReveal = false;
      anchor = undefined;
      context.changed();
    },
    cycle(step) {
      const shown = view();
      const now = current(shown);
      const home = now?.kind === 'node' ? now.id : cycleHome;
      if (home === undefined || !shown.selection.nodes.has(home)) return now && choose(now);
      cycleHome = home;
      const stops = [undefined, ...edgesOf(shown.plan, home)];
      const at = now?.kind === 'edge' ? stops.indexOf(now.key) : 0;
      const key = stops[(Math.max(0, at) + step + stops.length) % stops.length];
      choose(key === undefined ? { kind: 'node', id: home } : { kind: 'edge', key });
    },
    open() {
      const shown = view();
      const edge = chosenEdge(shown);
      const node = chosenNode(shown);
      const open = ({ view: id, opening: what }: Target) => context.drill(id, { time, ...what });
      if (edge) {
        const source = nodeIn(shown)(edge.source);
        const destination = nodeIn(shown)(edge.destination);
        if (source && destination) open(targetOfEdge(edge, source, destination));
      } else if (node) {
        const all = [...graph().edges.values()];
        const arriving = all.filter(({ destination }) => destination === node.id);
        const leaving = all.filter(({ source }) => source === node.id);
        open(targetOfNode(node, arriving, leaving));
      }
    },
    pods() {
      const node = chosenNode(view());
      if (node) context.drill('pods', { time, ...podsOf(node).opening });
    },
    chart() {
      const what = scopeOf(view());
      if (what) context.drill('latency', { time, ...what });
    },
    pin() {
      if (focus !== undefined) return unpin();
      const shown = view();
      const edge = chosenEdge(shown);
      const id = edge?.destination ?? chosenNode(shown)?.id;
      if (id === undefined) return;
      focus = id;
      focusScene = newScene();
      choose({ kind: 'node', id });
    },
    more(step) {
      const at = edgeLimits.findIndex((each) => each >= limit);
      limit = edgeLimits[Math.max(0, Math.min(edgeLimits.length - 1, at + step))] ?? firstLimit;
      const { total } = view().selection;
      context.flash(
        'info',
        total <= limit ? `all ${formatCount(total)} edges` : `${formatCount(limit)} of ${formatCount(total)} edges`,
      );
      context.changed();
    },
    collapse() {
      collapsed = !collapsed;
      focus = undefined;
      focusScene = undefined;
      choose(undefined);
    },
    list() {
      const shown = view();
      form = isList(shown) ? 'boxes' : 'list';
      choose(undefined);
    },
    renew() {
      scene().renew();
      choose(undefined);
    },
    nextMatch(step) {
      const shown = view();
      const found = matching(shown);
      stepAmong(
        worstFirst(shown).filter((key) => found.has(key)),
        step,
      );
    },
    worst() {
      const shown = view();
      const bad = worrying(shown);
      if (bad.length === 0) context.flash('info', 'nothing fails and nothing is slow');
      else stepAmong(bad, 1);
    },
    busiest() {
      const id = busiestNode(view());
      if (id !== undefined) choose({ kind: 'node', id });
    },
    copy() {
      const shown = view();
      const edge = chosenEdge(shown);
      const text = edge ? `${edge.source} -> ${edge.destination}` : chosenNode(shown)?.id;
      if (text !== undefined) context.copy(text, edge ? 'edge' : 'name');
    },
    json() {
      const [row] = chosenEdge(view())?.rows ?? [];
      if (row) context.openJson(edgesTable, row);
    },
  };
  /** The node whose edges tab goes round. */
  let cycleHome: string | undefined;
  const unpin = () => {
    const id = focus;
    focus = undefined;
    focusScene = undefined;
    choose(id === undefined ? undefined : { kind: 'node', id });
  };

  const emphases = (shown: SceneView) =>
    emphasesOf(shown.selection, current(shown), search.active ? matching(shown) : undefined, window().to);

  const boxLines = (shown: SceneView, within: Area): readonly string[] => {
    const { plan } = shown;
    const now = current(shown);
    const spot = spotOf(shown, now);
    if (now && spot && anchor && sameSelected(anchor.selected, now)) {
      // The layout may have moved below the eye: what is chosen stays where it was.
      offset = { left: offset.left + spot.x - anchor.x, top: offset.top + spot.y - anchor.y };
    }
    offset = clampOffset(offset, plan, within);
    if (mustReveal && spot) offset = clampOffset(reveal(offset, spot, within), plan, within);
    anchor = now && spot ? { selected: now, x: spot.x, y: spot.y } : undefined;
    const looks = emphases(shown);
    const canvas = createCanvas(windowAt(offset, within), glyphs.ascii);
    const painted = {
      plan,
      density: shown.density,
      node: nodeIn(shown),
      edge: edgeIn(shown),
      nodeEmphasis: looks.node,
      edgeEmphasis: looks.edge,
    };
    paintBoxes(canvas, painted, glyphs);
    return canvas.rows(ui);
  };
  const spotOf = ({ plan }: SceneView, now: Selected | undefined) => {
    if (now?.kind === 'node') return plan.boxes.get(now.id);
    const edge = now && plan.edges.get(now.key);
    return edge && { x: edge.head.x - 12, y: edge.head.y, width: 14, height: 1 };
  };
  const listLines = (shown: SceneView, within: Area): readonly string[] => {
    const rows = rowsOf(shown);
    const at = rowOf(rows, current(shown));
    const spare = Math.max(0, rows.length - within.height);
    listTop = Math.max(0, Math.min(spare, Math.min(at, Math.max(listTop, at - within.height + 1))));
    const looks = emphases(shown);
    const look = { width: within.width, ui, node: nodeIn(shown), edgeEmphasis: looks.edge, selected: current(shown) };
    const widths = nameWidths(rows, look);
    return rows.slice(listTop, listTop + within.height).map((row, i) => {
      // The source is said again at the top of the screen.
      return listLine(i === 0 ? { ...row, first: true } : row, widths, look);
    });
  };
  const strip = (shown: SceneView): readonly string[] =>
    stripLines({
      shown: shown.selection,
      graph: graph(),
      chosen: current(shown),
      at: window().to,
      width: area.width,
      height: stripHeight(area.height),
      ui,
    });

  const heading = (shown: SceneView): StyledLine => {
    const at = window().to;
    const fresh = [...shown.selection.edges.values()].filter((seen) => !isGone(seen, at)).length;
    return headingOf({
      namespaces: context.namespaces(),
      shown: fresh,
      total: shown.selection.total,
      hiddenNodes: shown.selection.hiddenNodes,
      collapsed,
      focus: focus === undefined ? undefined : focus.replace(/\/$/, ''),
      filter: search.text,
      matches: search.active ? matching(shown).size : 0,
      pending: shown.pending,
    });
  };
  const screen = (given: Area): ViewScreen => {
    area = given;
    const shown = view();
    const title = heading(shown);
    if (shown.selection.nodes.size === 0) {
      const why = emptyLines(context.snapshot(), { time, namespaces: context.namespaces(), focus });
      return { title: plainText(title), heading: title, actions: actions(), body: <Message lines={why} area={area} /> };
    }
    const within = mapArea();
    const lines = isList(shown) ? listLines(shown, within) : boxLines(shown, within);
    const padded = Array.from({ length: within.height }, (_, i) => lines[i] ?? '');
    const body = <Lines lines={[...padded, ...strip(shown)]} width={area.width} height={area.height} />;
    return { title: plainText(title), heading: title, actions: actions(), body };
  };
  const actions = () => {
    const shown = view();
    const now = current(shown);
    const has = (id: string) => context.specs.some((spec) => spec.id === id);
    return mapActions(moves, {
      nothing: now ? undefined : 'nothing is on the map',
      noPods: now?.kind !== 'node' ? 'choose a node first: tab' : has('pods') ? undefined : 'no view of pods here',
      noChart: has('latency') ? (now ? undefined : 'nothing is on the map') : 'no charts here',
      noMatch: search.active ? undefined : 'search first: /',
      noEdge: now?.kind === 'edge' ? undefined : 'choose an edge first: tab',
    });
  };

  const preview = (typed: string): Feedback => search.set(typed) ?? search.feedback(graph(), matching(view()).size);
  const commit = (typed: string): boolean => {
    if (preview(typed).error) return false;
    const shown = view();
    const [first] = worstFirst(shown).filter((key) => matching(shown).has(key));
    if (search.active && first !== undefined) choose({ kind: 'edge', key: first });
    return true;
  };
  if (opening.filter) preview(opening.filter);
  if (opening.scope?.service) selected = { kind: 'node', id: opening.scope.service };
  if (opening.scope?.namespace) selected = { kind: 'node', id: `${opening.scope.namespace}/` };
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
      complete: (text) => search.complete(text, graph()),
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
      if (focus === undefined) return false;
      unpin();
      return true;
    },
    state: () => timeLabel(time, -new Date(context.now()).getTimezoneOffset()),
    time: {
      get: () => time,
      set(next) {
        time = next;
        context.changed();
      },
    },
    saving: () => {
      const rows = [...view().selection.edges.values()].flatMap(({ item }) => item.rows.map(({ row }) => row));
      return rows.length === 0 ? undefined : { table: edgesTable, rows };
    },
    needs: () => ({ tables: [], level: 'heads', scopes: [] }),
  };
}

function sameSelected(a: Selected, b: Selected): boolean {
  return a.kind === 'node' ? b.kind === 'node' && a.id === b.id : b.kind === 'edge' && a.key === b.key;
}
