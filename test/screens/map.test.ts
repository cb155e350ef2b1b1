import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { EdgeRow } from '../../src/domain/tables/derived/edges.ts';
import { cluster, edge, serviceOf, servicesOf, shop, snapshotOf, worldTime } from './map-world.ts';
import { openScreen, type Screen, type ScreenOptions } from './screen.ts';

const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

async function mapOf(edges: readonly EdgeRow[], options: Partial<ScreenOptions> = {}): Promise<Screen> {
  const screen = await openScreen({ columns: 200, rows: 50, command: 'map', ...options });
  open.push(screen);
  screen.store.apply({ type: 'link', agent: 'unix:/a', link: { state: 'connected' } });
  await screen.tick();
  await show(screen, edges);
  return screen;
}

async function show(screen: Screen, edges: readonly EdgeRow[], to = worldTime): Promise<void> {
  screen.app.show(snapshotOf(screen.store.getSnapshot(), edges, servicesOf(edges), to));
  await screen.settled();
}

const text = (screen: Screen) => screen.grid().join('\n');
/** The line below the rule: what is chosen. */
const chosen = (screen: Screen) => {
  const grid = screen.grid();
  return grid[grid.findLastIndex((line) => /^[│|][─-]{20}/.test(line)) + 1] ?? '';
};
/** Cell where a name stands. */
const placeOf = (screen: Screen, name: string) => {
  const rows = screen.grid();
  const y = rows.findIndex((line) => line.includes(name));
  return { x: rows[y]?.indexOf(name) ?? -1, y };
};

const keys = {
  left: '\x1b[D',
  right: '\x1b[C',
  up: '\x1b[A',
  down: '\x1b[B',
  shiftRight: '\x1b[1;2C',
  tab: '\t',
  enter: '\r',
  esc: '\x1b',
};

describe('the service map', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [200, 50],
  ] as const) {
    for (const depth of [0, 4, 8] as const) {
      test(`says who calls whom at ${columns}x${rows} in ${depth === 0 ? 'mono' : `${2 ** depth} colours`}`, async () => {
        const screen = await mapOf(shop(), { columns, rows, depth });
        const grid = screen.grid();
        for (const name of [
          'generator',
          'frontend',
          'api',
          'catalog',
          'cart',
          'kuard',
          'coredns',
          'postgres',
          'redis',
          'ledger',
        ]) {
          assert.ok(
            grid.some((line) => line.includes(name)),
            `${name} is in\n${text(screen)}`,
          );
        }
        assert.match(text(screen), /map\(all\)\[12 edges\]/);
        assert.match(text(screen), /118\/s/);
        assert.match(text(screen), /✗/, 'what fails is marked');
        assert.match(text(screen), /!/, 'what is slow is marked');
        assert.match(text(screen), /[▤].*postgres/);
        assert.match(text(screen), /◇ api\./);
        assert.match(text(screen), /@ coredns/);
        for (const line of grid) assert.ok(line.length <= columns);
      });
    }
  }

  test('a wide screen has boxes with rate, errors and p99, and lines with rate and protocol', async () => {
    const screen = await mapOf(shop());
    assert.match(text(screen), /│ 118\/s +0% +162ms │|┃ 118\/s +0% +162ms ┃/);
    assert.match(text(screen), /─ 124\/s http ─▶│ ● frontend/);
    assert.match(text(screen), /✗8\.2\/s http ━?─?▶|✗8\.2\/s http/);
    assert.match(text(screen), /✗37 failed tcp/);
    assert.match(text(screen), /● workload.*◇ external.*✗ failing/, 'a legend');
  });

  test('at 80 columns it is a list with the same figures', async () => {
    const screen = await mapOf(shop(), { columns: 80, rows: 24 });
    assert.match(text(screen), /● generator ┬─▶ ● kuard +12\.4\/s +0% +3\.00ms http/);
    assert.match(text(screen), /╰─▶ ● frontend +124\/s +0% +180ms http/);
    assert.match(text(screen), /✗ +├─▶ ● payments|✗ +╰─▶ ● payments +8\.2\/s +8\.3% +512ms http/);
  });

  test('needs nothing but ASCII where there is nothing else', async () => {
    for (const [columns, rows] of [
      [80, 24],
      [200, 50],
    ] as const) {
      const screen = await mapOf(shop(), { columns, rows, depth: 0, glyphs: 'ascii' });
      for (const line of screen.grid()) assert.match(line, /^[\x20-\x7e]*$/);
      assert.match(text(screen), /x/);
      assert.match(text(screen), /> ?[|#]? ?o api|> o api/);
    }
  });

  test('nothing moves when figures change, and an unchanged tick costs nothing', async () => {
    const screen = await mapOf(shop());
    const before = ['frontend', 'catalog', 'ledger'].map((name) => placeOf(screen, name));
    await show(
      screen,
      shop().map((row) => ({ ...row, rate: row.rate * 1.5, p99: row.p99 && row.p99 * 2 })),
      worldTime + 1000,
    );
    assert.deepEqual(
      ['frontend', 'catalog', 'ledger'].map((name) => placeOf(screen, name)),
      before,
    );
    assert.match(text(screen), /186\/s/);
    const bytes = screen.bytes();
    await screen.tick();
    assert.equal(screen.bytes(), bytes);
  });

  test('a new service finds a place, the others keep their order; one that is gone stays for a minute', async () => {
    const screen = await mapOf(shop());
    await screen.press('/catalog\r');
    await screen.press(keys.esc);
    const chosenBefore = chosen(screen);
    const more = [...shop(), edge('shop/api', 'shop/indexer', 20)];
    await show(screen, more, worldTime + 1000);
    assert.match(text(screen), /indexer/);
    assert.equal(chosen(screen), chosenBefore, 'what was chosen stays chosen');
    const rows = ['coredns', 'catalog', 'cart', 'payments'].map((name) => placeOf(screen, `${name} `).y);
    assert.deepEqual(
      rows,
      rows.toSorted((a, b) => a - b),
    );
    await show(screen, shop(), worldTime + 2000);
    assert.match(text(screen), /indexer/);
    assert.match(text(screen), /[┊┈]/, 'what is silent is drawn with a broken line');
    await show(screen, shop(), worldTime + 120_000);
    assert.doesNotMatch(text(screen), /indexer/);
  });

  test('arrow keys walk from box to box, tab goes round the edges of one', async () => {
    const screen = await mapOf(shop());
    await screen.press('g');
    assert.match(chosen(screen), /shop\/api/);
    await screen.press(keys.left);
    assert.match(chosen(screen), /shop\/frontend/);
    await screen.press(keys.left);
    assert.match(chosen(screen), /load\/generator/);
    await screen.press('l');
    assert.match(chosen(screen), /shop\/frontend|default\/kuard/);
    await screen.press('g');
    const seen: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      await screen.press(keys.tab);
      seen.push(chosen(screen));
    }
    assert.match(seen[0] ?? '', /shop\/frontend ─▶ shop\/api +http:8080/);
    assert.equal(seen.filter((line) => /─▶/.test(line)).length, 5);
    assert.match(seen[5] ?? '', /shop\/api +workload/);
  });

  test('! goes to what is worst, and says so where nothing is', async () => {
    const screen = await mapOf(shop());
    await screen.press('!');
    assert.match(chosen(screen), /✗shop\/api ─▶ shop\/payments/);
    const calm = await mapOf([edge('a/x', 'a/y', 3)]);
    await calm.press('!');
    assert.match(text(calm), /nothing fails and nothing is slow/);
  });

  test('a search marks what matches and leads to it; esc takes it back', async () => {
    const screen = await mapOf(shop(), { depth: 0 });
    await screen.press('/to:shop/cart');
    assert.match(text(screen), /1 of 12 edges match/);
    await screen.press(keys.enter);
    assert.match(chosen(screen), /shop\/api ─▶ shop\/cart/);
    assert.match(text(screen), /<\/to:shop\/cart> 1 match/);
    await screen.press(keys.esc);
    assert.doesNotMatch(text(screen), /match/);
    await screen.press('/to:nonsense~');
    assert.match(text(screen), /0 of 12|\^|No /i);
  });

  test('space shows only what calls the chosen one and what it calls', async () => {
    const screen = await mapOf(shop());
    await screen.press('g ');
    assert.match(text(screen), /pinned: shop\/api/);
    assert.match(text(screen), /frontend/);
    assert.match(text(screen), /payments/);
    assert.doesNotMatch(text(screen), /postgres|kuard|generator/);
    await screen.press(' ');
    assert.match(text(screen), /postgres/);
    assert.match(chosen(screen), /shop\/api/);
  });

  test('z takes each namespace together, its calls to itself included', async () => {
    const screen = await mapOf(shop());
    await screen.press('z');
    assert.match(text(screen), /by namespace/);
    assert.match(text(screen), /▣ shop/);
    assert.match(text(screen), /↻ 241\/s/);
    assert.match(text(screen), /◇ api\.stripe\.com/);
    assert.doesNotMatch(text(screen), /catalog/);
    await screen.press('z');
    assert.match(text(screen), /catalog/);
  });

  test('+ and _ show more and fewer edges, and the title says how many there are', async () => {
    const screen = await mapOf(cluster(60, 90));
    assert.match(text(screen), /map\(all\)\[40 of 90 edges\]/);
    await screen.press('_');
    assert.match(text(screen), /\[20 of 90 edges\]/);
    await screen.press('++');
    assert.match(text(screen), /\[80 of 90 edges\]/);
  });

  test('keys work while 500 services are laid out, and the chosen one stays in sight', async () => {
    const screen = await mapOf(cluster(500, 640));
    const started = performance.now();
    await screen.press('++++');
    await screen.press(keys.right);
    const took = performance.now() - started;
    assert.match(text(screen), /640 edges/);
    assert.ok(took < 1_500, `keys took ${took.toFixed(0)} ms`);
    const line = chosen(screen);
    await screen.waitFor(/^(?!.*laying out)/s, 30_000);
    assert.equal(chosen(screen), line);
    const name = /ns-\d+\/(service-\d+)/.exec(line)?.[1] ?? 'none';
    assert.ok(
      screen
        .grid()
        .slice(7, -6)
        .some((row) => row.includes(name)),
      text(screen),
    );
  });

  test('shift and an arrow look at another part of a large map', async () => {
    const screen = await mapOf(cluster(60, 90), { columns: 120, rows: 40 });
    const before = text(screen);
    await screen.press(keys.shiftRight);
    assert.notEqual(text(screen), before);
    await screen.press('H');
    await screen.press('J');
    assert.notEqual(text(screen), before);
  });

  test('circles, calls to oneself, both ways, long and wide names are all drawn', async () => {
    const long = `shop/${'a-very-long-workload-name-'.repeat(3)}x2k4l`;
    const wide = '漢字/サービス名前がとても長い場合のテスト';
    const rows = [
      edge('a/one', 'a/two', 5),
      edge('a/two', 'a/one', 2),
      edge('a/two', 'a/three', 4),
      edge('a/three', 'a/one', 3),
      edge('a/two', 'a/two', 9),
      edge('a/three', long, 1),
      edge(long, wide, 1),
      edge(wide, '2001:db8::1', 1, { protocol: 'tcp', port: 443 }),
    ];
    for (const [columns, height] of [
      [80, 24],
      [120, 40],
      [200, 50],
    ] as const) {
      const screen = await mapOf(rows, { columns, rows: height });
      for (const name of ['one', 'two', 'three', 'a-v', 'スト', '2001'])
        assert.ok(text(screen).includes(name), `${name}\n${text(screen)}`);
      if (columns === 200) assert.match(text(screen), /↻ 9\/s/);
    }
  });

  test('one node and no edge', async () => {
    const screen = await mapOf([]);
    screen.app.show(snapshotOf(screen.store.getSnapshot(), [], [serviceOf('shop/api', [])]));
    await screen.settled();
    assert.match(text(screen), /● api/);
    assert.match(text(screen), /\[0 edges\]/);
  });

  test('an empty map says why it is empty', async () => {
    const screen = await mapOf([]);
    assert.match(text(screen), /Nobody has called anybody yet/);
    const nobody = await openScreen({ columns: 120, rows: 40, command: 'map' });
    open.push(nobody);
    assert.match(text(nobody), /No agent yet/);
  });

  test('enter opens the requests of an edge, the questions to a DNS server, the traffic of the rest; esc comes back', async () => {
    const screen = await mapOf(shop());
    const searches = [
      ['to:payments', /http\(.*<\/from\.svc=shop\/api to\.svc=shop\/payments>/],
      ['to:coredns from:api', /dns\(.*<\/from\.svc=shop\/api to\.svc=kube-system\/coredns>/],
      ['to:redis', /flows\(.*<\/from\.svc=shop\/cart to\.svc=shop\/redis>/],
    ] as const;
    for (const [search, title] of searches) {
      await screen.press(`/${search}\r`);
      const before = chosen(screen);
      await screen.press(keys.enter);
      assert.match(text(screen), title);
      await screen.press('q');
      assert.equal(chosen(screen), before);
      await screen.press(keys.esc);
    }
    await screen.press('g');
    await screen.press(keys.enter);
    assert.match(text(screen), /http\(.*<\/to\.svc=shop\/api>/);
    await screen.press('q');
    await screen.press('o');
    assert.match(text(screen), /pods\(.*<\/svc=shop\/api>/);
    await screen.press('q');
    await screen.press('t');
    assert.match(text(screen), /latency.*shop\/api/);
  });

  test('names from the network are shown, not obeyed', async () => {
    const screen = await mapOf([edge('shop/\x1b[31mred', 'evil\x07.example\u202e', 4)]);
    assert.match(text(screen), /␛\[31mred/);
    assert.doesNotMatch(text(screen), /\u202e/);
  });
});
