/** One map as it develops: which edges are on it, where everything stands. It moves only when the set of nodes and edges changes. */
import type { Glyphs } from '../../tui/glyphs.ts';
import type { Area } from '../../tui/view.ts';
import { arrange } from './arrange.ts';
import { type Arrangement, emptyArrangement, type Outline, squeeze } from './arrangement.ts';
import { boxHeight, type Density, densities, densityBeyond, windowWidth } from './density.ts';
import type { MapGraph } from './graph.ts';
import { nameWidth } from './labels.ts';
import type { LayoutThread } from './layout-thread.ts';
import { emptyPlan, type Plan, route } from './route.ts';
import { nothingShown, type Selection, selectEdges } from './select.ts';
import { settle } from './settle.ts';

/** More edges than this are laid out in a thread: dagre takes some 50 ms for as many. */
export const inPlace = 30;
/** A window lower than this shows too little of a map. */
const windowHeight = 18;

export interface SceneView {
  readonly selection: Selection;
  readonly arrangement: Arrangement;
  readonly plan: Plan;
  readonly density: Density;
  /** The boxes do not fit and there is no room to look at a part of them. */
  readonly crowded: boolean;
  /** A better layout is being worked out. */
  readonly pending: boolean;
}

export interface Scene {
  update(graph: MapGraph, limit: number, now: number, area: Area): SceneView;
  /** Forgets where things stood. */
  renew(): void;
}

export function createScene(glyphs: Glyphs, thread: LayoutThread, changed: () => void): Scene {
  let selection: Selection = { ...nothingShown, total: 0, hiddenNodes: 0 };
  let asked: { graph: MapGraph; limit: number; now: number } | undefined;
  let arrangement = emptyArrangement;
  let plan = emptyPlan;
  let density = densityBeyond(windowWidth);
  let shape = '';
  let size = '';
  let pending = false;

  const outlineFor = (of: Density): Outline => {
    const edges = [...selection.edges.values()].map(({ item: { key, source, destination } }) => ({
      key,
      source,
      destination,
    }));
    const arrivals = new Map<string, number>();
    for (const { destination } of edges) arrivals.set(destination, (arrivals.get(destination) ?? 0) + 1);
    const nodes = [...selection.nodes.keys()].map((id) => ({ id, height: boxHeight(of, arrivals.get(id) ?? 0) }));
    return { nodes, edges };
  };
  const planFor = (of: Density, from: Arrangement): Plan =>
    route(
      from,
      [...selection.edges.values()].map(({ item }) => item),
      {
        labelWidth: of.label,
        pad: of.pad,
        spacing: of.spacing,
        boxWidth: (id) => {
          const node = selection.nodes.get(id)?.item;
          const name = node ? nameWidth(node.name, glyphs) : 0;
          return Math.max(of.least, Math.min(of.most, name + 6));
        },
      },
    );
  const fits = (of: Plan, area: Area) => of.width <= area.width && of.height <= area.height;

  /** The most telling density that fits; else the one to look at through a window. */
  const layOutAnew = (area: Area) => {
    pending = false;
    // Boxes of one height stand alike, whatever is written in them.
    const byLines = new Map<number, Arrangement>();
    const use = (of: Density, isLast = false) => {
      density = of;
      arrangement = byLines.get(of.lines) ?? arrange(outlineFor(of));
      byLines.set(of.lines, arrangement);
      plan = planFor(of, arrangement);
      // What is only too high may be drawn nearer together.
      for (let tries = 0; tries < 3 && plan.height > area.height && (isLast || plan.width <= area.width); tries += 1) {
        const tighter = squeeze(arrangement, area.height / plan.height);
        const tried = planFor(of, tighter);
        if (tried.height >= plan.height) break;
        arrangement = tighter;
        plan = tried;
      }
    };
    for (const each of densities) {
      use(each);
      if (fits(plan, area)) return;
    }
    use(densityBeyond(area.width), true);
  };
  const layOutElsewhere = (area: Area) => {
    density = densityBeyond(area.width);
    const outline = outlineFor(density);
    const wanted = shape;
    // Something to look at until then.
    arrangement = settle(arrangement, outline);
    plan = planFor(density, arrangement);
    pending = true;
    thread.ask(outline, (better) => {
      if (wanted !== shape) return;
      pending = false;
      arrangement = better;
      plan = planFor(density, arrangement);
      changed();
    });
  };
  const layOut = (area: Area, isResized: boolean) => {
    const outline = outlineFor(density);
    const known = outline.nodes.filter(({ id }) => arrangement.layerOf.has(id)).length;
    const isSmall = outline.edges.length <= inPlace;
    // The answer that is awaited was about another map.
    const wasPending = pending;
    pending = false;
    // A map half of which is new is a new map.
    if (known * 2 < outline.nodes.length || (isSmall ? isResized : wasPending)) {
      if (isSmall) layOutAnew(area);
      else layOutElsewhere(area);
      return;
    }
    const wasFitting = fits(plan, area);
    arrangement = settle(arrangement, outline);
    plan = planFor(density, arrangement);
    if (isSmall && wasFitting && !fits(plan, area)) layOutAnew(area);
  };

  return {
    update(graph, limit, now, area) {
      if (asked?.graph !== graph || asked.limit !== limit || asked.now !== now) {
        asked = { graph, limit, now };
        selection = selectEdges(graph, selection, limit, now);
      }
      const nextShape = shapeOf(selection);
      const nextSize = `${area.width} ${area.height}`;
      if (nextShape !== shape || nextSize !== size) {
        const isResized = nextSize !== size;
        shape = nextShape;
        size = nextSize;
        layOut(area, isResized);
      }
      const crowded = !fits(plan, area) && (area.width < windowWidth || area.height < windowHeight);
      return { selection, arrangement, plan, density, crowded, pending };
    },
    renew() {
      arrangement = emptyArrangement;
      shape = '';
    },
  };
}

/** Equal for equal sets of nodes and edges. */
function shapeOf({ nodes, edges }: Selection): string {
  return `${[...nodes.keys()].sort().join('\t')}\f${[...edges.keys()].sort().join('\t')}`;
}
