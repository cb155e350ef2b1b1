import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleHttpEvent } from '../domain/tables/example-http-event.ts';
import { createStore } from '../store/create-store.ts';
import type { Snapshot, StoredRow } from '../store/store.ts';
import { chooseGlyphs } from '../tui/glyphs.ts';
import { keyPresses } from '../tui/keys.ts';
import { plainText } from '../tui/styled-line.ts';
import { createTheme } from '../tui/theme.ts';
import type { Needs, Ports } from '../views/view.ts';
import { type App, type AppOptions, createApp } from './app.ts';
import { briefFacts, headerFacts } from './facts.ts';
import { readKeyMap } from './key-map.ts';

const noon = new Date(2026, 4, 17, 12, 0, 0).getTime();
const rowsOf = (column: string, ...values: string[]): readonly StoredRow[] =>
  values.map((value) => ({ key: value, agent: '', row: { [column]: value } }));

/** A store in which two namespaces were heard of within the last hour, and two requests came. */
function snapshotWith(over: Partial<Snapshot> = {}): Snapshot {
  const store = createStore();
  store.apply({
    type: 'rows',
    agent: 'a',
    table: 'http_events',
    rows: [exampleHttpEvent(), exampleHttpEvent({ id: 'x-2' })],
  });
  store.publish();
  const derived = new Map([
    ['namespaces', rowsOf('namespace', 'shop', 'default')],
    ['services', rowsOf('service', 'shop/api')],
    ['pods', rowsOf('pod', 'shop/api-6b7f-abcde')],
  ]);
  return {
    ...store.getSnapshot(),
    held: { from: noon - 3_600_000, to: noon },
    derived: (table) => derived.get(table) ?? [],
    timeline: () => [],
    namespaces: () => ['default', 'shop'],
    ...over,
  };
}

interface Started {
  readonly app: App;
  readonly wanted: Needs[];
  readonly saved: { name: string; text: string }[];
  press(...names: string[]): void;
  type(text: string): void;
  /** Runs a command line as a person does. */
  command(text: string): void;
  flash(): string;
  quits(): number;
}

function start(over: Partial<AppOptions> = {}, save?: Ports['save']): Started {
  const wanted: Needs[] = [];
  const saved: { name: string; text: string }[] = [];
  let quits = 0;
  const app = createApp({
    ports: {
      fetchRow: () => new Promise(() => {}),
      want: (needs) => void wanted.push(needs),
      copy: () => undefined,
      save:
        save ??
        ((name, text) => {
          saved.push({ name, text });
          return { path: `/here/${name}` };
        }),
      quit: () => {
        quits += 1;
      },
      suspend: () => {},
      repaint: () => {},
    },
    ui: { theme: createTheme(0), glyphs: chooseGlyphs('unicode', {}) },
    info: { sourceName: 'test', version: '1.2.3' },
    now: () => noon,
    snapshot: snapshotWith(),
    command: 'http',
    ...over,
  });
  const press = (...names: string[]) => app.press(names.map((name) => ({ name, text: '' })));
  const type = (text: string) => app.press(keyPresses(text, {}));
  return {
    app,
    wanted,
    saved,
    press,
    type,
    command: (text) => type(`:${text}\r`),
    flash: () => app.currentFlash()?.text ?? '',
    quits: () => quits,
  };
}

const chosen = ({ app }: Started) => [...app.namespaces()];
const way = ({ app }: Started) => app.crumbs().map(({ name }) => name);

describe('namespaces', () => {
  test('digits choose several at once, the same digit takes one back, 0 is all', () => {
    const started = start();
    assert.deepEqual(
      started.app.namespaceActions().map(({ keys, title }) => `${keys.join()} ${title}`),
      ['0 all', '1 default', '2 shop'],
    );
    started.press('2');
    assert.deepEqual(chosen(started), ['shop']);
    started.press('1');
    assert.deepEqual(chosen(started), ['shop', 'default']);
    started.press('2');
    assert.deepEqual(chosen(started), ['default']);
    started.press('0');
    assert.deepEqual(chosen(started), []);
  });

  test('keep their digits when more of them appear', () => {
    const started = start();
    started.app.show(
      snapshotWith({
        version: 99,
        held: { from: noon, to: noon + 1_000 },
        namespaces: () => ['aardvark', 'default', 'shop'],
      }),
    );
    started.press('2', '3');
    assert.deepEqual(chosen(started), ['shop', 'aardvark']);
  });

  test('digits that are typed are text', () => {
    const started = start();
    started.type('/status>=200\r');
    started.type(':at 12');
    assert.deepEqual(chosen(started), []);
  });

  test('by command, alone or with a view', () => {
    const started = start();
    started.command('ns shop');
    assert.deepEqual(chosen(started), ['shop']);
    started.command('http all');
    assert.deepEqual(chosen(started), []);
    started.command('http default /x');
    assert.deepEqual(chosen(started), ['default']);
    started.command('ns shpo');
    assert.match(started.flash(), /did you mean shop\?/);
  });
});

describe('the way to a screen', () => {
  test('a command replaces it, - swaps it back and forth', () => {
    const started = start();
    started.press('enter');
    assert.deepEqual(way(started), ['http', 'exchange']);
    started.command('agents');
    assert.deepEqual(way(started), ['agents']);
    started.press('-');
    assert.deepEqual(way(started), ['http', 'exchange']);
    started.press('-');
    assert.deepEqual(way(started), ['agents']);
  });

  test('a command for a view on the way goes back to it', () => {
    const started = start();
    started.press('enter');
    started.command('http');
    assert.deepEqual(way(started), ['http']);
  });

  test('help and the list of commands come on top, once, and go again', () => {
    const started = start();
    started.command('help');
    started.command('help');
    assert.deepEqual(way(started), ['http', 'help']);
    started.press('q');
    assert.deepEqual(way(started), ['http']);
    assert.equal(started.quits(), 0);
  });

  test('what is captured stays when help is on top', () => {
    const started = start();
    const before = started.app.needs();
    started.press('?');
    assert.deepEqual(started.app.needs(), before);
  });
});

describe('time', () => {
  const timeOf = ({ app }: Started) => app.views().at(-1)?.time?.get();

  test('goes to a time that is held, by whole lengths, and live again', () => {
    const started = start();
    started.command('at 11:30');
    assert.deepEqual({ ...timeOf(started), spanMs: 0 }, { kind: 'past', at: noon - 1_800_000, spanMs: 0 });
    started.command('last 5m');
    assert.equal(timeOf(started)?.spanMs, 300_000);
    started.press('[');
    assert.equal(timeOf(started)?.at, noon - 1_800_000 - 150_000);
    started.command('live');
    assert.equal(timeOf(started)?.kind, 'live');
  });

  test('a time that is not held is refused while it is typed, with what is held', () => {
    const started = start();
    started.type(':at 09:15');
    assert.match(
      started.app.prompt()?.feedback.error?.reason ?? '',
      /09:15:00 is not held: held is 11:00:00 to 12:00:00/,
    );
    started.type('\r');
    assert.notEqual(started.app.prompt(), undefined, 'the prompt stays open');
    assert.equal(timeOf(started)?.kind, 'live');
  });

  test('says so where a screen has no time', () => {
    const started = start({ command: 'agents' });
    started.command('at 11:30');
    assert.match(started.flash(), /agents shows no stretch of time/);
  });

  test('the header tells the state, the stretch, the namespaces and what is captured', () => {
    const started = start();
    started.command('ns shop');
    const looking = {
      snapshot: started.app.snapshot(),
      state: [{ text: 'PAST 11:30:00', token: 'paused' as const }],
      spanMs: 300_000,
      namespaces: started.app.namespaces(),
      needs: started.app.needs(),
    };
    const line = plainText(briefFacts(started.app.info, looking));
    assert.match(line, /^kelpie {2}test {2}PAST 11:30:00 {2}5m {2}shop/);
    const facts = Object.fromEntries(
      headerFacts(started.app.info, looking).map(({ label, value }) => [label, plainText(value)]),
    );
    assert.equal(facts.State, 'PAST 11:30:00 5m in shop');
  });
});

describe('saving', () => {
  test('ctrl-s writes the rows as CSV and says where', () => {
    const started = start();
    started.press('ctrl+s');
    assert.equal(started.saved[0]?.name, 'kelpie-http_events-2026-05-17-120000.csv');
    assert.match(started.saved[0]?.text ?? '', /^time_,id,/);
    assert.equal(started.saved[0]?.text.trim().split('\r\n').length, 3);
    assert.match(started.flash(), /2 rows saved in \/here\/kelpie-http_events/);
  });

  test(':save json and jsonl, and > for terminals that keep ctrl-s', () => {
    const started = start();
    started.command('save json');
    started.command('save jsonl');
    started.press('>');
    assert.deepEqual(
      started.saved.map(({ name }) => name.split('.').at(-1)),
      ['json', 'jsonl', 'csv'],
    );
    assert.equal((JSON.parse(started.saved[0]?.text ?? '') as unknown[]).length, 2);
  });

  test('says what went wrong', () => {
    const started = start({}, () => ({ problem: 'EACCES: permission denied' }));
    started.press('ctrl+s');
    assert.match(started.flash(), /could not save: EACCES/);
  });
});

describe('the person’s own keys', () => {
  test('dispatch, hints and help follow the map', () => {
    const { keyMap } = readKeyMap('{"app.quit": "ctrl-q", "app.help": ["h"]}');
    const started = start({ keyMap });
    started.press('q');
    assert.equal(started.quits(), 0);
    started.press('h');
    assert.deepEqual(way(started), ['http', 'help']);
    started.press('esc');
    started.press('ctrl+q');
    assert.equal(started.quits(), 1);
  });
});
