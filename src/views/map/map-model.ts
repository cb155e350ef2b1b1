/** What the map is about: the graph of a stretch of time, the scene it stands in, and the node or edge that is chosen. */
import { edges as edgesTable } from '../../domain/tables/derived/edges.ts';
import { services as servicesTable } from '../../domain/tables/derived/services.ts';
import type { StoredRow, TimeWindow } from '../../store/store.ts';
import type { Area } from '../../tui/view.ts';
import { liveTime, type TimeState, windowOf } from '../time.ts';
import type { Opening, ViewContext } from '../view.ts';
import { busiestNode } from './choice.ts';
import { around } from './focus.ts';
import { buildGraph, type MapEdge, type MapGraph, type MapNode } from './graph.ts';
import { createLayoutThread } from './layout-thread.ts';
import { createScene, type Scene, type SceneView } from './scene.ts';
import { createSearch, type MapSearch } from './search.ts';
import { firstLimit } from './select.ts';
import { stripHeight } from './strip.ts';
import type { Selected } from './walk.ts';

export interface MapModel {
  readonly search: MapSearch;
  time: TimeState;
  /** Of the whole screen. */
  area: Area;
  /** Edges on the map at most. */
  limit: number;
  form: 'auto' | 'boxes' | 'list';
  /** As the person chose it; what is chosen now: `current`. */
  selected: Selected | undefined;
  readonly collapsed: boolean;
  /** The node around which all is; undefined = everything. */
  readonly focus: string | undefined;
  window(): TimeWindow;
  graph(): MapGraph;
  view(): SceneView;
  /** What the strip below leaves of the screen. */
  mapArea(): Area;
  isList(shown: SceneView): boolean;
  /** The chosen one as long as it is on the map; else the one that needs a look most. */
  current(shown: SceneView): Selected | undefined;
  chosenEdge(shown: SceneView): MapEdge | undefined;
  chosenNode(shown: SceneView): MapNode | undefined;
  /** Keys of the edges that the search finds. */
  matching(shown: SceneView): ReadonlySet<string>;
  pin(id: string | undefined): void;
  collapse(): void;
  /** Lays the map out as if for the first time. */
  renew(): void;
}

export function createMapModel(context: ViewContext, opening: Opening): MapModel {
  const thread = createLayoutThread();
  const newScene = () => createScene(context.ui.glyphs, thread, context.changed);
  const scenes: Record<'services' | 'namespaces', Scene> = { services: newScene(), namespaces: newScene() };
  let focusScene: Scene | undefined;
  let focus: string | undefined;
  let collapsed = false;
  let built: { edges: readonly StoredRow[]; services: readonly StoredRow[]; key: string; graph: MapGraph } | undefined;
  const scene = () => focusScene ?? scenes[collapsed ? 'namespaces' : 'services'];

  const model: MapModel = {
    search: createSearch(context.changed, () => context.snapshot().pods),
    time: opening.time ?? liveTime,
    area: { width: 80, height: 20 },
    limit: firstLimit,
    form: 'auto',
    selected: undefined,
    get collapsed() {
      return collapsed;
    },
    get focus() {
      return focus;
    },
    window: () => windowOf(model.time, context.snapshot()),
    graph() {
      const namespaces = context.namespaces();
      const edges = context.snapshot().derived(edgesTable.id, model.window());
      const services = context.snapshot().derived(servicesTable.id, model.window());
      const key = `${collapsed} ${focus ?? ''}\n${[...namespaces].join()}`;
      if (built?.edges !== edges || built.services !== services || built.key !== key) {
        const whole = buildGraph(edges, services, { collapsed, namespaces });
        built = { edges, services, key, graph: focus === undefined ? whole : around(whole, focus) };
      }
      return built.graph;
    },
    view: () => scene().update(model.graph(), model.limit, model.window().to, model.mapArea()),
    mapArea() {
      const { width, height } = model.area;
      return { width, height: Math.max(1, height - stripHeight(height)) };
    },
    isList: (shown) => model.form === 'list' || (model.form === 'auto' && shown.crowded),
    current(shown) {
      const { selected } = model;
      if (selected?.kind === 'node' && shown.selection.nodes.has(selected.id)) return selected;
      if (selected?.kind === 'edge' && shown.selection.edges.has(selected.key)) return selected;
      const node = busiestNode(shown);
      return node === undefined ? undefined : { kind: 'node', id: node };
    },
    chosenEdge(shown) {
      const now = model.current(shown);
      return now?.kind === 'edge' ? edgeIn(shown)(now.key) : undefined;
    },
    chosenNode(shown) {
      const now = model.current(shown);
      return now?.kind === 'node' ? nodeIn(shown)(now.id) : undefined;
    },
    matching(shown) {
      const found = [...shown.selection.edges.values()].filter(({ item }) => model.search.matches(item));
      return new Set(found.map(({ item }) => item.key));
    },
    pin(id) {
      focus = id;
      focusScene = id === undefined ? undefined : newScene();
    },
    collapse() {
      collapsed = !collapsed;
      model.pin(undefined);
    },
    renew: () => scene().renew(),
  };
  return model;
}

export const nodeIn =
  ({ selection }: SceneView) =>
  (id: string): MapNode | undefined =>
    selection.nodes.get(id)?.item;

export const edgeIn =
  ({ selection }: SceneView) =>
  (key: string): MapEdge | undefined =>
    selection.edges.get(key)?.item;
