/** `:map`: who calls whom, drawn. */
import type { Row } from '../../domain/column.ts';
import { completeFilter } from '../../domain/filter/complete.ts';
import type { Filter } from '../../domain/filter/filter.ts';
import { parseFilter } from '../../domain/filter/parse.ts';
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { edges as edgesTable } from '../../domain/tables/derived/edges.ts';
import { services as servicesTable } from '../../domain/tables/derived/services.ts';
import type { Scope, StoredRow } from '../../store/store.ts';
import { createCanvas } from '../../tui/canvas/canvas.ts';
import { Lines } from '../../tui/lines.tsx';
import type { Feedback } from '../../tui/prompt.tsx';
import { cropLine, paintLine, plainText, type StyledLine } from '../../tui/styled-line.ts';
import type { Area } from '../../tui/view.ts';
import { Message } from '../message.tsx';
import { liveTime, type TimeState, timeLabel, windowOf } from '../time.ts';
import type { Opening, View, ViewContext, ViewScreen } from '../view.ts';
import { edgeDetails, legend, nodeDetails } from './details.ts';
import { podsOf, type Target, targetOfEdge, targetOfNode } from './drill.ts';
import { emptyLines } from './empty.ts';
import { severityRank } from './figures.ts';
import { around } from './focus.ts';
import { buildGraph, type MapEdge, type MapGraph, type MapNode } from './graph.ts';
import { headingOf } from './heading.ts';
import { fullName } from './labels.ts';
import { createLayoutThread } from './layout-thread.ts';
import { listLine, listRows, nameWidths } from './list-rows.ts';
import { type MapMoves, mapActions } from './map-actions.ts';
import { type Emphasis, paintBoxes } from './paint-boxes.ts';
import { createScene, type Scene, type SceneView } from './scene.ts';
import { edgeLimits, firstLimit, isGone } from './select.ts';
import { clampOffset, type Offset, reveal, windowAt } from './view-window.ts';
import { edgesOf, type Selected, type Step, stepFrom } from './walk.ts';

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
  let filterText = '';
  let filter: Filter | undefined;
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
  const stripHeight = () => (area.height >= 34 ? 5 : area.height >= 24 ? 4 : 3);
  const mapArea = (): Area => ({ width: area.width, height: Math.max(1, area.height - stripHeight()) });
  const scene = () => focusScene ?? scenes[collapsed ? 'namespaces' : 'services'];
  const view = (): SceneView => scene().update(graph(), limit, window().to, mapArea());
  const isList = (shown: SceneView) => form === 'list' || (form === 'auto' && shown.crowded);
  const nodeIn = (shown: SceneView) => (id: string) => shown.selection.nodes.get(id)?.item;
  const edgeIn = (shown: SceneView) => (key: string) => shown.selection.edges.get(key)?.item;

  const matches = (edge: MapEdge) => filter === undefined || edge.rows.some(({ row }) => filter?.matches(row));
  const matching = (shown: SceneView): ReadonlySet<string> => {
    return new Set([...shown.selection.edges.values()].filter(({ item }) => matches(item)).map(({ item }) => item.key));
  };
  /** The chosen one as long as it is on the map; else the one that needs a look most. */
  const current = (shown: SceneView): Selected | undefined => {
    if (selected?.kind === 'node' && shown.selection.nodes.has(selected.id)) return selected;
    if (selected?.kind === 'edge' && shown.selection.edges.has(selected.key)) return selected;
    const node = busiestNode(shown);
    return node === undefined ? undefined : { kind: 'node', id: node };
  };
  const busiestNode = (shown: SceneView): string | undefined => {
    const load = (node: MapNode) => node.figures.rate + node.calls;
    return [...shown.selection.nodes.values()].reduce<MapNode | undefined>(
      (best, { item }) => (best && load(best) >= load(item) ? best : item),
      undefined,
    )?.id;
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
  const rowAt = (shown: SceneView, rows: ReturnType<typeof rowsOf>) => {
    const now = current(shown);
    if (now?.kind === 'edge')
      return Math.max(
        0,
        rows.findIndex(({ edge }) => edge?.key === now.key),
      );
    const at = rows.findIndex(({ source }) => source === now?.id);
    return at >= 0
      ? at
      : Math.max(
          0,
          rows.findIndex(({ edge }) => edge?.destination === now?.id),
        );
  };

  const walkList = (shown: SceneView, step: Step) => {
    const rows = rowsOf(shown);
    const at = rowAt(shown, rows);
    const row = rows[at];
    if (!row) return;
    if (step === 'left') return choose({ kind: 'node', id: row.source });
    if (step === 'right') return row.edge && choose({ kind: 'node', id: row.edge.destination });
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + (step === 'up' ? -1 : 1)))];
    if (next) choose(next.edge ? { kind: 'edge', key: next.edge.key } : { kind: 'node', id: next.source });
  };
  const walkBoxes = (shown: SceneView, step: Step) => {
    const now = current(shown);
    if (now?.kind === 'node') {
      const id = stepFrom(shown.plan, now.id, step);
      return choose(id === undefined ? now : { kind: 'node', id });
    }
    const edge = chosenEdge(shown);
    if (!edge) return;
    const goesRight =
      (shown.arrangement.layerOf.get(edge.source) ?? 0) < (shown.arrangement.layerOf.get(edge.destination) ?? 0);
    if (step === 'left') return choose({ kind: 'node', id: goesRight ? edge.source : edge.destination });
    if (step === 'right') return choose({ kind: 'node', id: goesRight ? edge.destination : edge.source });
    // Up and down: the neighbour among the lines that leave where this one leaves or arrive where it arrives.
    const heads = [...new Set([...edgesOf(shown.plan, edge.source), ...edgesOf(shown.plan, edge.destination)])]
      .flatMap((key) => shown.plan.edges.get(key) ?? [])
      .sort((a, b) => a.head.y - b.head.y || a.head.x - b.head.x);
    const at = heads.findIndex(({ key }) => key === edge.key);
    const next = heads[at + (step === 'up' ? -1 : 1)];
    if (next) choose({ kind: 'edge', key: next.key });
  };
  const inOrder = (shown: SceneView): readonly string[] => {
    const need = ({ figures }: MapEdge) => severityRank(figures.severity) * 1e12 + figures.rate;
    return [...shown.selection.edges.values()]
      .map(({ item }) => item)
      .sort((a, b) => need(b) - need(a))
      .map(({ key }) => key);
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
      if (isList(shown)) walkList(shown, step);
      else walkBoxes(shown, step);
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
        inOrder(shown).filter((key) => found.has(key)),
        step,
      );
    },
    worst() {
      const shown = view();
      const bad = inOrder(shown).filter(
        (key) => severityRank(edgeIn(shown)(key)?.figures.severity ?? 'none') >= severityRank('warn'),
      );
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

  const emphasis = (shown: SceneView) => {
    const now = current(shown);
    const found = filter === undefined ? undefined : matching(shown);
    const { nodes, edges } = shown.selection;
    const at = window().to;
    const touched = new Set<string>();
    for (const { item } of edges.values()) {
      if (!found?.has(item.key)) continue;
      touched.add(item.source);
      touched.add(item.destination);
    }
    const isNear = ({ source, destination }: MapEdge) =>
      now?.kind === 'node' && (source === now.id || destination === now.id);
    return {
      node: (id: string): Emphasis => {
        if (now?.kind === 'node' && now.id === id) return 'selected';
        const seen = nodes.get(id);
        if (seen && isGone(seen, at)) return 'gone';
        if (found) return touched.has(id) ? 'near' : 'dimmed';
        const edge = now?.kind === 'edge' ? edges.get(now.key)?.item : undefined;
        return edge && (edge.source === id || edge.destination === id) ? 'near' : 'plain';
      },
      edge: (key: string): Emphasis => {
        if (now?.kind === 'edge' && now.key === key) return 'selected';
        const seen = edges.get(key);
        if (seen && isGone(seen, at)) return 'gone';
        if (found) return found.has(key) ? 'near' : 'dimmed';
        return seen && isNear(seen.item) ? 'near' : 'plain';
      },
    };
  };

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
    const looks = emphasis(shown);
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
    const at = rowAt(shown, rows);
    const spare = Math.max(0, rows.length - within.height);
    listTop = Math.max(0, Math.min(spare, Math.min(at, Math.max(listTop, at - within.height + 1))));
    const looks = emphasis(shown);
    const look = { width: within.width, ui, node: nodeIn(shown), edgeEmphasis: looks.edge, selected: current(shown) };
    const widths = nameWidths(rows, look);
    return rows.slice(listTop, listTop + within.height).map((row, i) => {
      // The source is said again at the top of the screen.
      return listLine(i === 0 ? { ...row, first: true } : row, widths, look);
    });
  };
  const strip = (shown: SceneView): readonly string[] => {
    const detail = { width: area.width - 1, height: stripHeight() - 1, ui };
    const rule = ui.theme.paint('border', (glyphs.ascii ? '-' : '─').repeat(area.width));
    const now = current(shown);
    const node = chosenNode(shown);
    const edge = chosenEdge(shown);
    const at = window().to;
    let lines: readonly StyledLine[] = [];
    if (node) {
      const all = [...graph().edges.values()];
      const callers = all.filter(({ destination }) => destination === node.id).length;
      const callees = all.filter(({ source }) => source === node.id).length;
      const seen = shown.selection.nodes.get(node.id);
      lines = nodeDetails(node, { callers, callees }, seen !== undefined && isGone(seen, at), detail);
    } else if (edge && now) {
      const source = nodeIn(shown)(edge.source);
      const destination = nodeIn(shown)(edge.destination);
      const seen = shown.selection.edges.get(edge.key);
      if (source && destination)
        lines = edgeDetails(edge, source, destination, seen !== undefined && isGone(seen, at), detail);
    }
    const kinds = [...new Set([...shown.selection.nodes.values()].map(({ item }) => item.kind))];
    const rows = Array.from({ length: detail.height }, (_, i) => lines[i] ?? []);
    if (rows.length > lines.length) rows[rows.length - 1] = legend(kinds, detail);
    return [rule, ...rows.map((line) => paintLine(cropLine(line, 0, area.width), ui.theme))];
  };

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
      filter: filterText,
      matches: filter === undefined ? 0 : matching(shown).size,
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
      noMatch: filter === undefined ? 'search first: /' : undefined,
      noEdge: now?.kind === 'edge' ? undefined : 'choose an edge first: tab',
    });
  };

  const preview = (typed: string): Feedback => {
    const text = typed.trim();
    const result = parseFilter(edgesTable, text);
    if (!result.ok) return { error: result.error };
    if (text !== filterText) {
      filterText = text;
      filter = text === '' ? undefined : result.filter;
      context.changed();
    }
    if (text === '') return { note: 'edges to look for, e.g. api  to:shop/cart  err>1%  p99>200ms' };
    const all = [...graph().edges.values()];
    const found = all.filter(matches).length;
    const shown = matching(view()).size;
    const aside = found > shown ? `, ${formatCount(shown)} of them on the map (+ shows more)` : '';
    return { note: `${formatCount(found)} of ${formatCount(all.length)} edges match${aside}` };
  };
  const commit = (typed: string): boolean => {
    if (preview(typed).error) return false;
    const shown = view();
    const [first] = inOrder(shown).filter((key) => matching(shown).has(key));
    if (filter !== undefined && first !== undefined) choose({ kind: 'edge', key: first });
    return true;
  };
  const valuesOf = (column: string): readonly string[] => {
    const rows: readonly Row[] = [...graph().edges.values()].flatMap(({ rows: each }) => each.map(({ row }) => row));
    return [
      ...new Set(rows.flatMap((row) => (typeof row[column] === 'string' ? [sanitizeLine(row[column])] : []))),
    ].sort();
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
        return filterText;
      },
      preview,
      commit,
      complete: (text) =>
        text === '' || text.endsWith(' ')
          ? []
          : completeFilter(edgesTable, text, text.length, valuesOf).map(
              ({ from, text: whole }) => text.slice(0, from) + whole,
            ),
    },
    accept(argument) {
      const text = argument.replace(/^\//, '');
      const { error } = preview(text);
      if (error) return error.reason;
      commit(text);
      return undefined;
    },
    back() {
      if (filterText !== '') {
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
