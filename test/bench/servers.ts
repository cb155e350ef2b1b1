/** The server under capture: nginx with one worker, keep-alive, a static reply of 1 KB, in the watched cgroup. */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processMemory } from './cpu.ts';
import type { Lab } from './lab/lab.ts';
import { launch } from './lab/process.ts';
import { type Scope, until } from './scope.ts';

export const replyBytes = 1024;
export const port = 8080;
/** A large file of nothing, for bulk transfer. */
export const bulkPath = '/bulk.bin';
export const bulkBytes = 1 << 30;

/** Starts nginx and resolves once its worker runs. Debian's defaults stay: sendfile and tcp_nopush on. */
export async function startNginx(lab: Lab, scope: Scope): Promise<void> {
  const folder = join(lab.folder, 'nginx');
  mkdirSync(folder);
  const filler = 'kelpie '.repeat(replyBytes);
  writeFileSync(join(folder, 'reply.json'), `{"text":"${filler}`.slice(0, replyBytes - 2).concat('"}'));
  writeFileSync(join(folder, bulkPath), '');
  truncateSync(join(folder, bulkPath), bulkBytes);
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, lab.net.serverAddress));
  const command = ['nginx', '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
  const server = launch(command, { group: lab.pod, netns: lab.net.server, cpu: lab.serverCpu });
  scope.defer('nginx', async () => void (await server.stop()));
  await until('nginx up with one worker', () => {
    if (server.child.exitCode !== null) throw new Error(`nginx did not start: ${server.stderr()}`);
    return lab.pod.pids().filter((pid) => processMemory(pid).rss > 0).length === 2;
  });
}

const configuration = (folder: string, address: string) => `
user root;
worker_processes 1;
pid ${folder}/pid;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  default_type application/json;
  types {}
  client_body_temp_path ${folder};
  proxy_temp_path ${folder};
  fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder};
  scgi_temp_path ${folder};
  server {
    listen ${address}:${port} backlog=4096;
    root ${folder};
    location = ${bulkPath} { }
    location / { rewrite ^ /reply.json break; }
  }
}
`;
