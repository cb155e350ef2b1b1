/** A Node HTTP server for tests: files of a folder, chunked with trailers, echo, slow, and a connection reset. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const [root, port] = process.argv.slice(2);

createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/chunked') {
    response.writeHead(200, { 'content-type': 'text/plain', trailer: 'x-checksum' });
    for (let i = 0; i < 5; i += 1) response.write(`part ${i}\n`);
    response.addTrailers({ 'x-checksum': '5-parts' });
    response.end();
  } else if (pathname === '/gzip' || pathname === '/br') {
    const text = JSON.stringify({ coded: pathname.slice(1), list: Array.from({ length: 50 }, (_, i) => i) });
    const body = pathname === '/gzip' ? gzipSync(text) : brotliCompressSync(text);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-encoding': pathname.slice(1),
      'content-length': body.length,
    });
    response.end(body);
  } else if (pathname === '/reset') {
    request.socket.resetAndDestroy();
  } else if (pathname === '/slow') {
    setTimeout(() => response.end('late\n'), 300);
  } else if (request.method === 'POST' || request.method === 'PUT') {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      response.writeHead(201, {
        'content-type': request.headers['content-type'] ?? 'application/octet-stream',
        'content-length': body.length,
      });
      response.end(body);
    });
  } else {
    try {
      const body = readFileSync(join(root, normalize(pathname === '/' ? '/index.html' : pathname)));
      response.writeHead(200, { 'content-length': body.length });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('no such file\n');
    }
  }
}).listen(Number(port), '127.0.0.1');
