import type { Random } from '../random.ts';
import type { Scenario } from './scenarios.ts';
import { createVisitor, type Visitor } from './visitor.ts';

/** Visitors at the shop at one time. */
const CROWD = 6;

/** What people with browsers do. */
export function visitorScenarios(random: Random): readonly Scenario[] {
  const crowd = Array.from({ length: CROWD }, () => createVisitor(random));
  const product = () => `p-${random.between(1000, 1063)}`;
  const words = ['lantern', 'tidal', 'desk', 'tea', 'no such thing'] as const;

  /** A regular, or now and then somebody new in the place of a regular. */
  function someone(): Visitor {
    const seat = random.between(0, CROWD - 1);
    if (random.chance(0.04)) {
      crowd[seat]?.leave();
      crowd[seat] = createVisitor(random);
    }
    return crowd[seat] ?? createVisitor(random);
  }

  return [
    { weight: 14, run: () => someone().get('/') },
    { weight: 14, run: () => someone().get(`/product/${product()}`) },
    { weight: 1, run: () => someone().get('/product/p-9999') },
    { weight: 3, run: () => someone().get(`/search?q=${encodeURIComponent(random.pick(words))}`) },
    // A terminal escape sequence and a right-to-left override, percent-encoded as browsers do.
    { weight: 1, run: () => someone().get('/search?q=%1b%5b31mred%1b%5b0m%e2%80%ae') },
    { weight: 4, run: () => someone().get('/static/app.js') },
    { weight: 3, run: () => someone().get('/static/logo.png', { Accept: 'image/avif,image/webp,*/*' }) },
    { weight: 2, run: () => someone().get('/favicon.ico') },
    { weight: 1, run: () => someone().get('/home') },
    { weight: 4, run: () => someone().get('/cart') },
    {
      weight: 5,
      run: () => someone().send('POST', '/cart', { product: product(), quantity: `${random.between(1, 3)}` }),
    },
    { weight: 6, run: () => someone().send('POST', '/checkout', { terms: 'accepted' }) },
    { weight: 1, run: () => someone().send('POST', '/login', { user: 'ailsa', password: 'not-a-secret' }) },
    { weight: 0.5, run: () => someone().send('POST', '/login', {}) },
    { weight: 1, run: () => someone().send('HEAD', '/') },
    { weight: 0.5, run: () => someone().send('OPTIONS', '/cart') },
    { weight: 0.5, run: () => someone().send('DELETE', '/cart') },
  ];
}
