import { networkInterfaces } from 'node:os';
import type { Call, Routes } from '../http-service.ts';
import { html } from '../reply.ts';

/** The page kuard shows at every tab: its script reads `pageContext` (pkg/app, struct pageContext). */
export function indexRoutes(path: string): Routes {
  return {
    [`GET ${path}`]: (call) => html(call, 200, page(call), { 'Cache-Control': 'no-cache, private, max-age=0' }),
  };
}

const tabs = ['/env', '/mem', '/dns', '/keygen', '/healthy', '/ready']
  .map((path) => `<a href="${path}">${path}</a>`)
  .join(' ');

function page(call: Call): string {
  const context = JSON.stringify(contextOf(call)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>kuard</title>
  <script>var pageContext = ${context};</script>
</head>
<body>
  <h1>kuard on ${process.env.HOSTNAME}</h1>
  <nav>${tabs}</nav>
</body>
</html>
`;
}

function contextOf({ request, url }: Call) {
  const { method, httpVersion, rawHeaders, socket } = request;
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  const interfaces = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return {
    hostname: process.env.HOSTNAME ?? '',
    addrs: interfaces.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
    version: 'v0.10.0-blue',
    requestDump: [`${method} ${url.pathname}${url.search} HTTP/${httpVersion}`, ...lines].join('\r\n'),
    requestProto: `HTTP/${httpVersion}`,
    requestAddr: `${socket.remoteAddress}:${socket.remotePort}`,
  };
}
