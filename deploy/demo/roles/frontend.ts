import type { Server } from 'node:http';
import { call as callPod } from '../call.ts';
import { type Call, createService } from '../http-service.ts';
import type { Random } from '../random.ts';
import { cached, empty, html, json } from '../reply.ts';
import { logo, page, script } from './frontend-assets.ts';

interface Named {
  readonly id: string;
  readonly name: string;
  readonly price: number;
}

/** What a browser talks to: pages, assets, forms, cookies and redirects. */
export function createFrontend(random: Random): Server {
  const logoBytes = logo(random);

  /** The visitor's session, given on the first visit. */
  function sessionOf({ request, response }: Call): string {
    const [, known] = /\bsession=([0-9a-f]+)/.exec(request.headers.cookie ?? '') ?? [];
    if (known) return known;
    const session = random.hex(8);
    response.setHeader('Set-Cookie', [
      `session=${session}; Path=/; HttpOnly; SameSite=Lax`,
      `region=eu-${random.between(1, 3)}; Path=/; Max-Age=86400`,
    ]);
    return session;
  }

  const list = (items: readonly Named[]) =>
    items.map(({ id, name, price }) => `<li><a href="/product/${id}">${name}</a> ${price} €</li>`).join('\n');

  return createService('frontend', {
    'GET /healthz': (call) => json(call, 200, { status: 'ok' }),

    'GET /': async (call) => {
      sessionOf(call);
      const products = await callPod('api', { path: '/v1/products?limit=24', trace: call.trace });
      html(call, 200, page('Shop', `<ul>\n${list(JSON.parse(`${products.body}`).items)}\n</ul>`));
    },

    'GET /product/:id': async (call) => {
      const [product, others] = await Promise.all([
        callPod('api', { path: `/v1/products/${call.params.id}`, trace: call.trace }),
        callPod('api', { path: '/v1/recommendations', trace: call.trace }),
      ]);
      if (product.status === 404) return html(call, 404, page('Not found', '<p>No such product.</p>'));
      const { name, description } = JSON.parse(`${product.body}`);
      const more = others.status === 200 ? list(JSON.parse(`${others.body}`).items) : '';
      html(call, 200, page(name, `<p>${description}</p>\n<ul>\n${more}\n</ul>`));
    },

    'GET /search': async (call) => {
      const found = await callPod('api', { path: `/v1/search${call.url.search}`, trace: call.trace });
      const items = `${found.body}`
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      html(call, 200, page('Search', `<ul>\n${list(items)}\n</ul>`));
    },

    'POST /login': async (call) => {
      const form = new URLSearchParams(`${await call.body()}`);
      if (!form.get('user')) return html(call, 400, page('Log in', '<p>Who are you?</p>'));
      call.response.setHeader('Set-Cookie', `session=${random.hex(8)}; Path=/; HttpOnly; SameSite=Lax`);
      empty(call, 302, { Location: '/cart', 'Content-Length': 0 });
    },

    'GET /cart': async (call) => {
      const cart = await callPod('api', { path: `/v1/cart/${sessionOf(call)}`, trace: call.trace });
      html(call, 200, page('Cart', `<ul>\n${list(JSON.parse(`${cart.body}`).products)}\n</ul>`));
    },

    'POST /cart': async (call) => {
      const form = new URLSearchParams(`${await call.body()}`);
      const body = JSON.stringify({ product: form.get('product'), quantity: Number(form.get('quantity') ?? 1) });
      const headers = { 'Content-Type': 'application/json' };
      const path = `/v1/cart/${sessionOf(call)}/items`;
      await callPod('api', { method: 'POST', path, body, headers, trace: call.trace });
      empty(call, 303, { Location: '/cart', 'Content-Length': 0 });
    },

    'POST /checkout': async (call) => {
      const body = JSON.stringify({ cart: sessionOf(call) });
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${random.hex(24)}` };
      const order = await callPod('api', { method: 'POST', path: '/v1/orders', body, headers, trace: call.trace });
      const title = order.status === 201 ? 'Thank you' : 'That did not work';
      html(call, order.status, page(title, `<pre>${order.body}</pre>`));
    },

    'GET /home': (call) => empty(call, 301, { Location: '/', 'Content-Length': 0 }),
    'GET /static/app.js': (call) => cached(call, 'text/javascript; charset=utf-8', script, 3600),
    'GET /static/logo.png': (call) => cached(call, 'image/png', logoBytes, 86_400),
    'OPTIONS /cart': (call) => empty(call, 204, { Allow: 'GET, HEAD, POST, OPTIONS' }),
  });
}
