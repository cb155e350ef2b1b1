/** Real HTTP servers from Debian and Node, each on a port of its own, serving the same folder of files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import type { TestCgroup } from './cgroup.ts';

export interface RunningServer {
  readonly name: string;
  readonly port: number;
}

export interface ServerKind {
  readonly name: string;
  /** Program and arguments that serve `root` on 127.0.0.1:`port`, with scratch files in `work`. */
  readonly command: (root: string, work: string, port: number) => readonly [file: string, ...args: string[]];
  /** Speaks HTTP/1.0 and closes after every response. */
  readonly closes?: boolean;
}

const nginx: ServerKind = {
  name: 'nginx',
  command: (root, work, port) => {
    const config = join(work, 'nginx.conf');
    writeFileSync(
      config,
      `daemon off; master_process off; error_log stderr; pid ${work}/nginx.pid;
events { worker_connections 512; }
http {
  access_log off; sendfile on; gzip on; gzip_min_length 100; gzip_types application/json text/plain;
  client_body_temp_path ${work}/body; proxy_temp_path ${work}/proxy; fastcgi_temp_path ${work}/f; uwsgi_temp_path ${work}/u; scgi_temp_path ${work}/s;
  types { text/html html; application/json json; text/plain txt; }
  server { listen 127.0.0.1:${port}; root ${root}; location = /moved { return 302 /index.html; } location = /missing-on-purpose { return 404 "gone\\n"; } }
}
`,
    );
    return ['/usr/sbin/nginx', '-c', config, '-p', work];
  },
};

const apache: ServerKind = {
  name: 'apache',
  command: (root, work, port) => {
    const config = join(work, 'apache.conf');
    writeFileSync(
      config,
      `ServerRoot /usr/lib/apache2
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
TypesConfig /etc/mime.types
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${work}/apache.pid
DefaultRuntimeDir ${work}
ErrorLog ${work}/error.log
StartServers 1
DocumentRoot ${root}
<Directory ${root}>
  Require all granted
</Directory>
`,
    );
    return ['/usr/sbin/apache2', '-f', config, '-DFOREGROUND'];
  },
};

const lighttpd: ServerKind = {
  name: 'lighttpd',
  command: (root, work, port) => {
    const config = join(work, 'lighttpd.conf');
    writeFileSync(
      config,
      `server.document-root = "${root}"
server.port = ${port}
server.bind = "127.0.0.1"
server.errorlog = "${work}/lighttpd.log"
mimetype.assign = (".html" => "text/html", ".json" => "application/json", ".txt" => "text/plain", "" => "application/octet-stream")
`,
    );
    return ['/usr/sbin/lighttpd', '-D', '-f', config];
  },
};

const python: ServerKind = {
  name: 'python',
  closes: true,
  command: (root, _work, port) => [
    'python3',
    '-m',
    'http.server',
    String(port),
    '--bind',
    '127.0.0.1',
    '--directory',
    root,
  ],
};

const node: ServerKind = {
  name: 'node',
  command: (root, _work, port) => [process.execPath, join(import.meta.dirname, 'node-server.mjs'), root, String(port)],
};

export const serverKinds: readonly ServerKind[] = [nginx, apache, lighttpd, python, node];

/** Starts a server inside the cgroup and resolves once it accepts connections. */
export async function startServer(
  kind: ServerKind,
  cgroup: TestCgroup,
  root: string,
  work: string,
): Promise<RunningServer> {
  const port = await freePort();
  const scratch = join(work, kind.name);
  mkdirSync(scratch, { recursive: true });
  const [file, ...args] = kind.command(root, scratch, port);
  const child = cgroup.spawnIn(kind.name, file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr?.on('data', (data) => {
    complaint += data;
  });
  await untilListening(port, () => {
    if (child.exitCode !== null) throw new Error(`${kind.name} ended with ${child.exitCode}: ${complaint}`);
  });
  return { name: kind.name, port };
}

/** A TCP port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function untilListening(port: number, check: () => void): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    check();
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}
