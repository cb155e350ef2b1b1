/** The app on the screen: one subscription at the top, plain props below. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { hintsOf, switchesOf } from '../tui/actions.ts';
import { Frame } from '../tui/frame.tsx';
import { layOutFrame } from '../tui/frame-layout.ts';
import { span } from '../tui/styled-line.ts';
import { UiContext } from '../tui/ui-context.tsx';
import { useKeys } from '../tui/use-keys.ts';
import { useTerminalSize } from '../tui/use-terminal-size.ts';
import { timeLabel } from '../views/time.ts';
import type { App } from './app.ts';
import { bannerText, briefFacts, headerFacts, type Looking } from './facts.ts';
import { logo } from './logo.ts';

export function AppRoot({ app }: { readonly app: App }) {
  const { columns, rows } = useTerminalSize();
  useSyncExternalStore(app.subscribe, app.getVersion, app.getVersion);
  useKeys(app.press);
  const snapshot = app.snapshot();
  const now = useNow(
    app,
    snapshot.agents.some(({ link }) => link.state === 'retrying'),
  );
  // What is gone for good says more than that something is being retried.
  const banner = app.warning() ?? bannerText(snapshot.agents, now);
  const prompt = app.prompt();
  const views = app.views();
  const top = views.at(-1);
  const layout = layOutFrame({
    columns,
    rows,
    header: app.headerShown(),
    prompt: prompt !== undefined,
    banner: banner !== undefined,
    full: top?.fullscreen?.() ?? false,
  });
  const screen = top?.screen(layout.body);
  const time = top?.time?.get();
  const looking: Looking = {
    snapshot,
    state: top?.state?.() ?? (time ? timeLabel(time, offsetMinutes(time.at)) : [span('LIVE', 'live')]),
    // While live a list of rows has all there are, not those of a stretch.
    spanMs: time?.kind === 'live' && (top?.needs?.().tables.length ?? 0) > 0 ? undefined : time?.spanMs,
    namespaces: app.namespaces(),
    needs: app.needs(),
  };
  return (
    <UiContext value={app.ui}>
      <Frame
        columns={columns}
        rows={rows}
        layout={layout}
        header={{
          facts: headerFacts(app.info, looking),
          brief: briefFacts(app.info, looking),
          switches: switchesOf(app.namespaceActions()),
          hints: hintsOf(app.actions()),
          logo,
        }}
        banner={banner}
        prompt={prompt}
        title={screen?.heading ?? []}
        foot={{ crumbs: app.crumbs(), title: layout.bordered ? undefined : screen?.title, flash: app.currentFlash() }}
      >
        {layout.tooSmall ? null : screen?.body}
      </Frame>
    </UiContext>
  );
}

/** The time, renewed each second while somebody counts down with it. */
function useNow(app: App, isCounting: boolean): number {
  const [, setBeat] = useState(0);
  useEffect(() => {
    if (!isCounting) return;
    const timer = setInterval(() => setBeat((beat) => beat + 1), 1000);
    return () => clearInterval(timer);
  }, [isCounting]);
  return app.now();
}

/** Minutes east of UTC where the reader is, at that time. */
function offsetMinutes(unixMs: number): number {
  return -new Date(unixMs).getTimezoneOffset();
}
