/** `:latency`: how fast, how many, how badly over time; the distribution; which latencies when. */
import { formatCount, formatDuration } from '../../domain/format/index.ts';
import { endpointStats } from '../../domain/tables/endpoint-stats.ts';
import type { Scope } from '../../store/store.ts';
import { Lines } from '../../tui/lines.tsx';
import { cropLine, paintLine, plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Area } from '../../tui/view.ts';
import { type Course, readCourse, type Step } from '../course.ts';
import { summariesFrom } from '../list/row-source.ts';
import { Message } from '../message.tsx';
import { stepTime, timeLabel, togglePause } from '../time.ts';
import type { Opening, View, ViewContext, ViewScreen } from '../view.ts';
import { chartLines, plotColumns } from './chart-lines.ts';
import { type Look, stepLine, totalLines } from './figures.ts';
import { heatmapLines, heatOf } from './heatmap-lines.ts';
import { type Bucket, bucketAt, bucketsOf, histogramLines } from './histogram-lines.ts';
import { type LatencyMoves, latencyActions } from './latency-actions.ts';
import { initialState, type LatencyState, moveStep, stepAt, turnMode, zoom } from './latency-state.ts';
import { filterOf, readScope, scopeText } from './scope.ts';

/** What of a time and of latencies the cursor stands on: what enter shows the rows of. */
interface Chosen {
  readonly step: Step | undefined;
  readonly bucket: Bucket | undefined;
  readonly requests: number;
}

export function createLatencyView(context: ViewContext, opening: Opening = {}): View {
  const { ui } = context;
  let area: Area = { width: 80, height: 20 };
  let state: LatencyState = {
    ...initialState,
    scope: opening.scope ?? {},
    time: opening.time ?? initialState.time,
  };
  let known: { key: string; course: Course } | undefined;

  const set = (next: LatencyState) => {
    state = next;
    context.changed();
  };
  const look = (): Look => ({
    ascii: ui.glyphs.ascii,
    offsetMinutes: -new Date(context.now()).getTimezoneOffset(),
    arrow: ui.glyphs.arrow,
    errorMark: ui.glyphs.marks.error,
    warningMark: ui.glyphs.marks.warning,
  });
  /** The chosen namespaces count where the scope says nothing narrower. */
  const namespaces = (): readonly string[] => [...context.namespaces()].toSorted();
  const scopes = (): readonly Scope[] => {
    const chosen = namespaces();
    if (chosen.length === 0 || Object.keys(state.scope).length > 0) return [state.scope];
    return chosen.map((namespace) => ({ namespace }));
  };
  const course = (): Course => {
    const snapshot = context.snapshot();
    const key = JSON.stringify([snapshot.version, area.width, state.time, scopes()]);
    if (known?.key !== key) {
      known = { key, course: readCourse(snapshot, scopes(), state.time, plotColumns(area.width)) };
    }
    return known.course;
  };
  /** Lines between the figures above and below. */
  const plotHeight = () => Math.max(3, area.height - 3);
  const buckets = () => {
    // A heatmap of finer rows than these shows noise.
    const most = state.mode === 'heatmap' ? Math.min(24, plotHeight() - 2) : plotHeight();
    return bucketsOf(course().total.latency, most);
  };
  const cursorStep = () => {
    const { window, stepMs, steps } = course();
    return state.mode === 'histogram' ? undefined : stepAt(state.moment, window.from, stepMs, steps.length);
  };
  const cursorBucket = () => (state.mode === 'chart' ? undefined : bucketAt(buckets(), state.latency));

  const chosen = (): Chosen => {
    const { steps, total } = course();
    const at = cursorStep();
    const step = at === undefined ? undefined : steps[at];
    const list = buckets();
    const row = cursorBucket();
    const bucket = row === undefined ? undefined : list[row];
    if (bucket === undefined || row === undefined) return { step, bucket, requests: (step ?? total).requests };
    const requests = at === undefined ? bucket.count : (heatOf(course(), list)[at]?.[row] ?? 0);
    return { step, bucket, requests };
  };
  const drill = (slowOnly: boolean) => {
    const { window, stepMs, total } = course();
    const { step, bucket } = chosen();
    const terms = [filterOf(state.scope, namespaces())];
    if (bucket) terms.push(`latency>=${nanos(bucket.low)} latency<${nanos(bucket.high)}`);
    const slow = (step ?? total).latency.quantile(0.9);
    if (slowOnly && !bucket && slow !== undefined) terms.push(`latency>=${nanos(Math.floor(slow * 0.99))}`);
    const [from, to] = step ? [step.time, step.time + stepMs] : [window.from, window.to];
    const isNow = !step && state.time.kind === 'live';
    context.drill('http', {
      filter: terms.filter(Boolean).join(' '),
      time: isNow ? state.time : { kind: 'past', at: to, spanMs: to - from },
    });
  };
  const moveTime = (by: number) => {
    const { window, stepMs, steps } = course();
    const to = moveStep(cursorStep(), by, steps.length);
    set({ ...state, moment: window.from + to * stepMs });
  };
  const moveLatency = (by: number) => {
    const list = buckets();
    if (list.length === 0) return;
    const at = cursorBucket();
    // The histogram has the fast ones on top, the heatmap has them below.
    const step = state.mode === 'heatmap' ? -by : by;
    const first = bucketAt(list, course().total.latency.quantile(0.99)) ?? 0;
    const to = at === undefined ? first : Math.max(0, Math.min(list.length - 1, at + step));
    const bucket = list[to];
    if (bucket) set({ ...state, latency: (bucket.low + bucket.high) / 2 });
  };
  const toEnd = (isNewest: boolean) => {
    const { window, stepMs, steps } = course();
    const list = buckets();
    const bucket = list[isNewest ? list.length - 1 : 0];
    if (state.mode === 'histogram' && bucket) set({ ...state, latency: (bucket.low + bucket.high) / 2 });
    else if (isNewest && state.time.kind !== 'past') set({ ...state, moment: undefined });
    else set({ ...state, moment: window.from + (isNewest ? steps.length - 1 : 0) * stepMs });
  };
  const moves: LatencyMoves = {
    moveTime,
    moveLatency,
    toOldest: () => toEnd(false),
    toNewest: () => toEnd(true),
    turn: (by) => set(turnMode(state, by)),
    zoom: (by) => {
      const time = zoom(state.time, by);
      if (time === state.time) context.flash('info', by === 1 ? 'an hour is the longest' : 'a minute is the shortest');
      else set({ ...state, time });
    },
    stepTime: (steps) => set({ ...state, time: stepTime(state.time, context.snapshot(), steps) }),
    pause: () => set({ ...state, time: togglePause(state.time, context.snapshot()) }),
    toggleLog: () => set({ ...state, isLog: !state.isLog }),
    open: () => drill(false),
    openSlow: () => drill(true),
    everything: () => set({ ...state, scope: {} }),
  };
  const actions = () =>
    latencyActions(moves, {
      mode: state.mode,
      nothing: chosen().requests === 0 ? 'no request here' : undefined,
      isPaused: state.time.kind === 'paused',
      isLog: state.isLog,
      noScope: Object.keys(state.scope).length === 0 ? 'it is of everything already' : undefined,
    });

  const heading = (): StyledLine => {
    const { time, mode } = state;
    const about =
      Object.keys(state.scope).length === 0
        ? namespaces().join(', ') || 'all'
        : scopeText(state.scope, ui.glyphs.arrow);
    return [
      span(mode === 'chart' ? 'latency' : `latency ${mode}`, 'title'),
      span('('),
      span(about, 'titleScope'),
      span(')['),
      span(spanText(time.spanMs), 'titleCount'),
      span(']'),
      ...(mode === 'chart' ? [span(state.isLog ? ' log' : ' linear', 'muted')] : []),
      ...(time.kind === 'live' ? [] : [span(' '), ...timeLabel(time, look().offsetMinutes)]),
    ];
  };
  const plot = (): readonly StyledLine[] => {
    const place = { width: area.width, height: plotHeight() };
    const list = buckets();
    const { total } = course();
    switch (state.mode) {
      case 'chart':
        return chartLines(course(), place, { look: look(), isLog: state.isLog, cursor: cursorStep() });
      case 'histogram':
        return histogramLines(total.latency, list, place, { look: look(), cursor: cursorBucket() });
      case 'heatmap':
        return heatmapLines(course(), list, place, { look: look(), step: cursorStep(), bucket: cursorBucket() });
    }
  };
  const readout = (): StyledLine => {
    const { step, bucket, requests } = chosen();
    const { stepMs } = course();
    if (state.mode === 'chart' && step) return stepLine(step, stepMs, look());
    if (bucket) {
      const range = `${formatDuration(bucket.low, look())} to ${formatDuration(bucket.high, look())}`;
      const when = step ? timeLabel({ kind: 'past', at: step.time, spanMs: stepMs }, look().offsetMinutes) : [];
      const clock = plainText(when).replace('PAST ', ' ');
      return [
        span(`${clock} ${range} `, 'selected'),
        span(`  ${formatCount(requests)}`, 'strong'),
        span(requests === 1 ? ' request' : ' requests', 'label'),
        ...(requests > 0 ? [span(', enter shows them', 'muted')] : []),
      ];
    }
    const keys = { chart: 'left and right', histogram: 'up and down', heatmap: 'the arrows' }[state.mode];
    return [span(` ${keys} choose what enter shows the requests of; s: the slowest`, 'muted')];
  };
  const screen = (given: Area): ViewScreen => {
    area = given;
    const title = heading();
    const { held } = context.snapshot();
    const { total, isPending } = course();
    const isEmpty = total.requests === 0 && total.sampledOut === 0;
    const lines = (): readonly StyledLine[] => {
      const shown = plot();
      const padding = Array<StyledLine>(Math.max(0, plotHeight() - shown.length)).fill([]);
      const figures = totalLines(course(), look()).map((line) => [span(' '), ...line]);
      return [...figures, ...shown, ...padding, readout()];
    };
    const body =
      isEmpty && (!held || isPending || state.mode !== 'chart') ? (
        <Message lines={emptyLines(held !== undefined, isPending, plainText(title))} area={area} />
      ) : (
        <Lines
          lines={lines().map((line) => paintLine(cropLine(line, 0, area.width), ui.theme))}
          width={area.width}
          height={area.height}
        />
      );
    return { title: plainText(title), heading: title, actions: actions(), body };
  };

  return {
    id: 'latency',
    crumb: opening.about ? `latency ${opening.about}` : 'latency',
    screen,
    actions,
    needs: () => ({ tables: state.scope.endpoint ? [summariesFrom(endpointStats)] : [], level: 'heads', scopes: [] }),
    accept(argument) {
      const { window } = course();
      const scope = readScope(argument, context.snapshot(), window);
      if (typeof scope === 'string') return scope;
      set({ ...state, scope, moment: undefined, latency: undefined });
      return undefined;
    },
    back() {
      if (state.moment === undefined && state.latency === undefined) return false;
      set({ ...state, moment: undefined, latency: undefined });
      return true;
    },
    state: () => timeLabel(state.time, look().offsetMinutes),
    time: { get: () => state.time, set: (time) => set({ ...state, time }) },
  };
}

function emptyLines(isHeld: boolean, isPending: boolean, title: string): readonly string[] {
  if (isPending) return ['Adding up what the agents tell …'];
  return isHeld
    ? [`No request in this time: ${title}`, '_ shows a longer time, [ an earlier one, u everything.']
    : ['No figures yet.', 'They come once a second while an agent captures.'];
}

/** A whole number of nanoseconds in the unit it is round in, for a filter. */
function nanos(value: number): string {
  const whole = Math.round(value);
  for (const [scale, unit] of [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'us'],
  ] as const) {
    if (whole >= scale && whole % (scale / 10) === 0) return `${whole / scale}${unit}`;
  }
  return `${whole}ns`;
}

function spanText(ms: number): string {
  return ms % 3_600_000 === 0
    ? `${ms / 3_600_000}h`
    : ms % 60_000 === 0
      ? `${ms / 60_000}m`
      : `${Math.round(ms / 1000)}s`;
}
