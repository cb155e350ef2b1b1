/**
 * Exchanges of arbitrary bytes over loopback, one connection each: reads `[{ "request": base64, "response": base64 }, …]` from the
 * file named first. The server answers once it has as many bytes as were sent; both ends close when the answer is through.
 */
import { readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';

const exchanges = JSON.parse(readFileSync(process.argv[2], 'utf8'));
let current;

const server = createServer((socket) => {
  const { request, response } = current;
  let got = 0;
  const answer = () => socket.end(Buffer.from(response, 'base64'));
  const wanted = Buffer.byteLength(request, 'base64');
  socket.on('error', () => {});
  socket.on('data', (data) => {
    got += data.length;
    if (got >= wanted) answer();
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

for (current of exchanges) {
  await new Promise((resolve) => {
    const socket = createConnection(server.address().port, '127.0.0.1', () =>
      socket.write(Buffer.from(current.request, 'base64')),
    );
    const timer = setTimeout(() => socket.destroy(), 3000);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.on('end', () => socket.end());
  });
}
server.close();
