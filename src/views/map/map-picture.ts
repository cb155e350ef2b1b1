/** The map as lines: boxes seen through a window, or a list, with what is chosen in sight. */
import { createCanvas } from '../../tui/canvas/canvas.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import type { Area } from '../../tui/view.ts';
import { rowOf } from './choice.ts';
import { emphasesOf } from './emphasis.ts';
import { type ListRow, listLine, listRows, nameWidths } from './list-rows.ts';
import { edgeIn, type MapModel, nodeIn } from './map-model.ts';
import { paintBoxes } from './paint-boxes.ts';
import type { SceneView } from './scene.ts';
import { clampOffset, type Offset, reveal, type Spot, windowAt } from './view-window.ts';
import type { Selected } from './walk.ts';

export interface MapPicture {
  lines(shown: SceneView): readonly string[];
  /** Looks elsewhere, whatever is chosen. */
  pan(columns: number, rows: number): void;
  /** The next picture has what is chosen in sight. */
  follow(): void;
}

export function createMapPicture(model: MapModel, ui: Ui): MapPicture {
  let offset: Offset = { left: 0, top: 0 };
  /** Where the chosen one was on the screen when it was painted last: it stays there when the layout moves. */
  let anchor: { readonly selected: Selected; readonly x: number; readonly y: number } | undefined;
  let mustReveal = true;
  let listTop = 0;

  const emphases = (shown: SceneView) =>
    emphasesOf(
      shown.selection,
      model.current(shown),
      model.search.active ? model.matching(shown) : undefined,
      model.window().to,
    );
  const lookAt = (shown: SceneView, within: Area) => {
    const now = model.current(shown);
    const spot = spotOf(shown, now);
    if (now && spot && anchor && sameSelected(anchor.selected, now)) {
      // The layout may have moved below the eye: what is chosen stays where it was.
      offset = { left: offset.left + spot.x - anchor.x, top: offset.top + spot.y - anchor.y };
    }
    offset = clampOffset(offset, shown.plan, within);
    if (mustReveal && spot) offset = clampOffset(reveal(offset, spot, within), shown.plan, within);
    anchor = now && spot ? { selected: now, x: spot.x, y: spot.y } : undefined;
  };
  const boxLines = (shown: SceneView, within: Area): readonly string[] => {
    lookAt(shown, within);
    const looks = emphases(shown);
    const canvas = createCanvas(windowAt(offset, within), ui.glyphs.ascii);
    const painted = {
      plan: shown.plan,
      density: shown.density,
      node: nodeIn(shown),
      edge: edgeIn(shown),
      nodeEmphasis: looks.node,
      edgeEmphasis: looks.edge,
    };
    paintBoxes(canvas, painted, ui.glyphs);
    return canvas.rows(ui);
  };
  const listLines = (shown: SceneView, within: Area): readonly string[] => {
    const rows = rowsOf(shown);
    const selected = model.current(shown);
    const at = rowOf(rows, selected);
    const spare = Math.max(0, rows.length - within.height);
    listTop = Math.max(0, Math.min(spare, Math.min(at, Math.max(listTop, at - within.height + 1))));
    const look = { width: within.width, ui, node: nodeIn(shown), edgeEmphasis: emphases(shown).edge, selected };
    const widths = nameWidths(rows, look);
    return rows.slice(listTop, listTop + within.height).map((row, i) => {
      // The source is said again at the top of the screen.
      return listLine(i === 0 ? { ...row, first: true } : row, widths, look);
    });
  };

  return {
    lines(shown) {
      const within = model.mapArea();
      const lines = model.isList(shown) ? listLines(shown, within) : boxLines(shown, within);
      return Array.from({ length: within.height }, (_, i) => lines[i] ?? '');
    },
    pan(columns, rows) {
      offset = clampOffset({ left: offset.left + columns, top: offset.top + rows }, model.view().plan, model.mapArea());
      mustReveal = false;
      anchor = undefined;
    },
    follow() {
      mustReveal = true;
      anchor = undefined;
    },
  };
}

/** The map as a list. */
export function rowsOf({ selection, arrangement }: SceneView): readonly ListRow[] {
  return listRows(
    [...selection.edges.values()].map(({ item }) => item),
    [...selection.nodes.keys()],
    (id) => arrangement.layerOf.get(id) ?? 0,
  );
}

function spotOf({ plan }: SceneView, now: Selected | undefined): Spot | undefined {
  if (now?.kind === 'node') return plan.boxes.get(now.id);
  const edge = now && plan.edges.get(now.key);
  return edge && { x: edge.head.x - 12, y: edge.head.y, width: 14, height: 1 };
}

function sameSelected(a: Selected, b: Selected): boolean {
  return a.kind === 'node' ? b.kind === 'node' && a.id === b.id : b.kind === 'edge' && a.key === b.key;
}
