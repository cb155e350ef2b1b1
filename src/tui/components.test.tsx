import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { cleanup, render } from 'ink-testing-library';
import { flashOf } from './flash.ts';
import { Foot } from './foot.tsx';
import { chooseGlyphs } from './glyphs.ts';
import { Header } from './header.tsx';
import { Prompt } from './prompt.tsx';
import { openPrompt } from './prompt-state.ts';
import { SmallTable } from './small-table.tsx';
import { span } from './styled-line.ts';
import { Table } from './table.tsx';
import { rowLine } from './table-line.ts';
import { createTheme } from './theme.ts';

const ui = { theme: createTheme(0), glyphs: chooseGlyphs('unicode', {}) };
/** A frame without its looks, line by line. */
const lines = (frame: string | undefined) =>
  stripVTControlCharacters(frame ?? '')
    .split('\n')
    .map((line) => line.trimEnd());

afterEach(cleanup);

describe('the prompt', () => {
  const state = { ...openPrompt('status>5', []), completions: ['status>500'] };

  test('shows what is typed, what it could become, and what it would do', () => {
    const { lastFrame } = render(
      <Prompt sign="/" title="filter" state={state} feedback={{ note: '8 of 48 rows match' }} boxed width={40} />,
    );
    assert.deepEqual(lines(lastFrame()), [
      '╭─────────────── filter ───────────────╮',
      '│ /status>500                          │',
      '│ 8 of 48 rows match                   │',
      '╰──────────────────────────────────────╯',
    ]);
  });

  test('puts carets under the word at fault', () => {
    const error = { at: 0, length: 6, reason: 'no such column' };
    const { lastFrame } = render(
      <Prompt
        sign="/"
        title="filter"
        state={openPrompt('statsu>5', [])}
        feedback={{ error }}
        boxed={false}
        width={40}
      />,
    );
    assert.deepEqual(lines(lastFrame()), [' /statsu>5', '  ^^^^^^ no such column']);
  });
});

describe('the header', () => {
  const props = {
    facts: [
      { label: 'Source', value: [span('demo')] },
      { label: 'Lost', value: [span('0')] },
    ],
    brief: [span('kelpie  demo  LIVE  lost 0  1/1 up')],
    hints: [
      { key: 'enter', title: 'headers, body' },
      { key: 'p', title: 'pause' },
      { key: '?', title: 'help' },
    ],
    logo: ['KELPIE'],
  };

  test('in one line gives hints up before facts, and help last of all', () => {
    const { lastFrame, rerender } = render(<Header {...props} form="line" width={80} height={1} />);
    assert.match(lines(lastFrame())[0] ?? '', /^ kelpie {2}demo .* <enter>headers, body {2}<p>pause {2}<\?>help/);
    rerender(<Header {...props} form="line" width={48} height={1} />);
    assert.match(lines(lastFrame())[0] ?? '', /^ kelpie {2}demo {2}LIVE {2}lost 0 {2}1\/1 up +<\?>help/);
  });

  test('tall has facts, keys and the name side by side', () => {
    const { lastFrame } = render(<Header {...props} form="tall" width={140} height={3} />);
    const [first = '', second = ''] = lines(lastFrame());
    assert.match(first, /^ Source: +demo +<enter> headers, body +KELPIE$/);
    assert.match(second, /^ Lost: +0 +<p> +pause/);
  });

  test('tall marks the switches that are on, without colour too', () => {
    const switches = [
      { key: '0', title: 'all' },
      { key: '1', title: 'shop', on: true },
    ];
    const { lastFrame } = render(<Header {...props} switches={switches} form="tall" width={140} height={3} />);
    const [first = '', second = ''] = lines(lastFrame());
    assert.match(first, /<0> +all +<enter> headers, body/);
    assert.match(second, /<1> .*shop.* +<p> +pause/);
    assert.ok(lastFrame()?.includes('\u001b[7mshop'), 'in inverse');
  });
});

describe('the foot', () => {
  test('says where one is and what just happened, with a mark for what went wrong', () => {
    const flash = flashOf('error', 'could not copy: no terminal', 0);
    const { lastFrame } = render(<Foot crumbs={[{ name: 'http' }, { name: 'exchange' }]} flash={flash} width={70} />);
    assert.deepEqual(lines(lastFrame()), ['  <http>   <exchange>   ✗ could not copy: no terminal']);
  });

  test('says what a drill-down is about, and on a long way keeps the end of it', () => {
    const crumbs = ['map', 'svc', 'http', 'exchange'].map((name) => ({ name, about: `shop/${name}-something` }));
    const wide = render(<Foot crumbs={crumbs} flash={undefined} width={160} />);
    assert.match(lines(wide.lastFrame())[0] ?? '', /<map shop\/map-something> .* <exchange shop\/exchange-something>/);
    const narrow = render(<Foot crumbs={crumbs} flash={undefined} width={80} />);
    const [line = ''] = lines(narrow.lastFrame());
    assert.match(line, /^ *… +<http shop\/http-something> +<exchange shop\/exchange-something>/);
    assert.ok(line.length <= 80);
  });

  test('cuts a message rather than wrapping it', () => {
    const flash = flashOf('info', 'a message much longer than there is room for', 0);
    const { lastFrame } = render(<Foot crumbs={[{ name: 'http' }]} flash={flash} width={30} />);
    const [line = '', ...rest] = lines(lastFrame());
    assert.deepEqual(rest, []);
    assert.match(line, /a message.*…$/);
    assert.ok(line.length <= 30);
  });
});

describe('a table', () => {
  const columns = [
    { title: 'PATH', width: 12, align: 'left', trim: 'middle', sort: undefined },
    { title: 'LATENCY', width: 8, align: 'right', sort: 'descending' },
  ] as const;
  const row = (path: string, latency: string, mark = ' ') =>
    rowLine(
      columns,
      {
        cells: [
          { text: path, token: 'text' },
          { text: latency, token: 'number' },
        ],
        mark,
        token: 'error',
      },
      ui,
    );

  test('keeps both ends of a long path, the arrow of the sort, and a mark on what failed', () => {
    const painted = [row('/v1/products/p-1048', '4.36ms'), row('/', '1.20s', '✗')];
    const { lastFrame } = render(<Table columns={columns} current={undefined} lines={painted} width={24} height={4} />);
    assert.deepEqual(lines(lastFrame()), [
      '  PATH         LATENCY↓',
      '  /v1/p…p-1048   4.36ms',
      ' ✗/               1.20s',
      '',
    ]);
  });

  test('of few rows has lines around every cell', () => {
    const { lastFrame } = render(
      <SmallTable
        columns={[
          { title: 'CLIENT', align: 'left' },
          { title: 'LEFT', align: 'right' },
        ]}
        rows={[['abc', '12s']]}
      />,
    );
    assert.deepEqual(lines(lastFrame()), [
      '┌────────┬──────┐',
      '│ CLIENT │ LEFT │',
      '├────────┼──────┤',
      '│ abc    │  12s │',
      '└────────┴──────┘',
    ]);
  });
});
