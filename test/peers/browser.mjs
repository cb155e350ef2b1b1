/** Gets /data.json once for each sequence id, over at most six kept-alive connections, as a browser would. */
import { Agent, get } from 'node:http';

const [port, ...ids] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 6 });

await Promise.all(
  ids.map(
    (id) =>
      new Promise((resolve, reject) => {
        const headers = { 'x-seq': id, accept: 'application/json', 'accept-encoding': 'gzip, br' };
        get({ port, host: '127.0.0.1', path: `/data.json?${id}`, agent, headers }, (response) => {
          response.resume();
          response.on('end', resolve);
        }).on('error', reject);
      }),
  ),
);
agent.destroy();
