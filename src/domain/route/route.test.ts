import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { routeOf } from './route.ts';
import { createRouteTree } from './route-tree.ts';

const cases: Readonly<Record<string, string>> = {
  '/': '/',
  '/users': '/users',
  '/users/': '/users/',
  '/users/42': '/users/{number}',
  '/users/42/orders/7?page=2': '/users/{number}/orders/{number}',
  '/a#top': '/a',
  '/a?x=1#top/42': '/a',
  '/v1/items': '/v1/items',
  '/api/1.0/items': '/api/1.0/items',
  '/npm/react/18.2.0': '/npm/react/{version}',
  '/oauth2/token': '/oauth2/token',
  '/.well-known/openid-configuration': '/.well-known/openid-configuration',
  '/orders/9b2f1c1e-8f7a-4f0e-9a67-0d6f1f0a5b11': '/orders/{uuid}',
  '/orders/9B2F1C1E-8F7A-4F0E-9A67-0D6F1F0A5B11/': '/orders/{uuid}/',
  '/blobs/5d41402abc4b2a76b9719d911017c592': '/blobs/{hash}',
  '/commit/a1b2c3d4': '/commit/{hash}',
  '/facade/deadbeef': '/facade/deadbeef',
  '/t/01ARZ3NDEKTSV4RRFFQ69G5FAV': '/t/{id}',
  '/s/dGhpc0lzQVJhbmRvbVRva2VuMTIz': '/s/{hash}',
  '/static/main.8f3a2b1c.js': '/static/main.{hash}.js',
  '/assets/index-DkZ3aQ9x.js': '/assets/index-{hash}.js',
  '/order-1234/lines': '/order-{number}/lines',
  '/user1234': '/user{number}',
  '/report/2024-02-29': '/report/{date}',
  '/report/2024-02-29T12:00:00Z': '/report/{date}',
  '/by-mail/ann@example.com': '/by-mail/{email}',
  '/by-mail/ann%40example.com': '/by-mail/{email}',
  '/peer/10.0.0.7/stats': '/peer/{ip}/stats',
  '/geo/52.52,13.4': '/geo/{number}',
  '/cars;color=red/7;x=1': '/cars/{number}',
  '/projects/group%2Fname/files': '/projects/{id}/files',
  '/caf%C3%A9/menu': '/caf%C3%A9/menu',
  '/bad%zz/%': '/bad%zz/%',
  '/a/../b/./c': '/a/../b/./c',
  '/getUserByIdAndName': '/getUserByIdAndName',
  '/shop.v1.Cart/AddItem': '/shop.v1.Cart/AddItem',
  'http://shop.example/items/7?q=1': '/items/{number}',
  'http://shop.example': '/',
  'shop.example:443': '{authority}',
  '[::1]:443': '{authority}',
  '*': '*',
  '': '*',
  nonsense: '*',
};

describe('the route of a target', () => {
  for (const [target, route] of Object.entries(cases)) {
    test(`${target || '(empty)'} is ${route}`, () => assert.equal(routeOf(target), route));
  }

  test('never throws, is bounded, and is its own route', () => {
    const nasty = fc.string({ maxLength: 400, unit: fc.constantFrom(...'/?#;%{}.:-_~@,=aAfF09zZ …\u0000é') });
    fc.assert(
      fc.property(fc.oneof(nasty, fc.webPath(), fc.string(), fc.webUrl()), (target) => {
        const route = routeOf(target);
        assert.equal(routeOf(route), route);
        assert.ok(route.length <= 13 * 65);
      }),
      { numRuns: 3000 },
    );
  });

  test('a long path and a long segment are summed up', () => {
    assert.equal(routeOf('/a'.repeat(100)), `${'/a'.repeat(11)}/{…}`);
    assert.equal(routeOf(`/x/${'word'.repeat(40)}`), '/x/{…}');
  });

  test('ids of one kind share a route, whatever they are', () => {
    const kinds: readonly fc.Arbitrary<string>[] = [
      fc.uuid(),
      fc.nat().map(String),
      fc.ulid().map(String),
      fc.stringMatching(/^[0-9a-f]{40}$/),
    ];
    for (const kind of kinds) {
      const routes = new Set<string>();
      fc.assert(
        fc.property(kind, (id) => void routes.add(routeOf(`/things/${id}`))),
        { numRuns: 500 },
      );
      assert.ok(routes.size <= 2, [...routes].join(' '));
    }
  });
});

describe('the routes of a server', () => {
  test('a place that takes too many words holds values', () => {
    const tree = createRouteTree({ words: 5 });
    for (const name of ['ann', 'bob', 'cid', 'dan', 'eve']) {
      assert.equal(tree.of(`/users/${name}/orders`, true), `/users/${name}/orders`);
    }
    assert.equal(tree.generation, 0);
    assert.equal(tree.of('/users/fay/orders', true), '/users/{…}/orders');
    assert.equal(tree.generation, 1);
    assert.equal(tree.of('/users/ann/orders', true), '/users/{…}/orders');
    assert.equal(tree.of('/health', true), '/health');
  });

  test('who asks for what is not there teaches it nothing', () => {
    const tree = createRouteTree({ words: 5, doubtful: 3 });
    tree.of('/login', true);
    for (let i = 0; i < 100; i++) tree.of(`/scan-${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10)]}`, false);
    assert.equal(tree.of('/scan-zz', false), '/{…}');
    assert.equal(tree.of('/login', false), '/login');
    assert.equal(tree.of('/cart', true), '/cart');
    assert.equal(tree.generation, 0);
  });

  test('what is asked for in vain first and answered later is kept', () => {
    const tree = createRouteTree({ words: 2, doubtful: 1 });
    assert.equal(tree.of('/a', false), '/a');
    assert.equal(tree.of('/b', false), '/{…}');
    assert.equal(tree.of('/b', true), '/b');
    assert.equal(tree.of('/a', true), '/a');
    assert.equal(tree.of('/c', true), '/{…}');
  });

  test('there are few routes for any number of paths', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const path = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => `/${words.join('/')}`);
    const tree = createRouteTree({ words: 10, doubtful: 5, places: 300 });
    const late = new Set<string>();
    let seen = 0;
    fc.assert(
      fc.property(path, fc.boolean(), (target, proven) => {
        const route = tree.of(target, proven);
        if (++seen > 2000) late.add(route);
      }),
      { numRuns: 6000 },
    );
    assert.ok(late.size <= 310, String(late.size));
  });
});
