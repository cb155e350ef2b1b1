/**
 * Images for a cluster that can pull none: make-images.ts ROOTFS FOLDER. Of the agent's root file system as deploy/image makes it, the agent's image;
 * with kuard in the agent's place, kuard's. Prints the names of the archives.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { imageArchive } from '../../src/commands/image/archive.ts';
import { parseImageName } from '../../src/commands/image/image-name.ts';
import { createLayer } from '../../src/commands/image/layer.ts';

const [rootfs = '', folder = ''] = process.argv.slice(2);
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const version = 'test';

async function archive(name: string, root: string, file: string, entrypoint?: readonly string[]): Promise<void> {
  const layer = await createLayer(root, 0, new AbortController().signal);
  const image = { name: parseImageName(name, version), architecture, version, layer, time: 0 };
  writeFileSync(join(folder, file), Buffer.concat(imageArchive({ ...image, ...(entrypoint && { entrypoint }) })));
  process.stdout.write(`${join(folder, file)}\n`);
}

mkdirSync(folder, { recursive: true });
await archive('kelpie.test/kelpie-agent:test', rootfs, 'agent.tar');

const kuard = join(folder, 'kuard-root');
rmSync(kuard, { recursive: true, force: true });
cpSync(rootfs, kuard, { recursive: true });
for (const name of ['agent.js', 'agent-chunks', 'capture.bpf.o', 'kelpie_native.node'])
  rmSync(join(kuard, 'opt/kelpie', name), { recursive: true, force: true });
await build({
  entryPoints: [join(import.meta.dirname, 'kuard.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: join(kuard, 'opt/kelpie/kuard.js'),
  logLevel: 'warning',
});
await archive('kelpie.test/kuard:test', kuard, 'kuard.tar', ['/opt/kelpie/node', '/opt/kelpie/kuard.js']);
rmSync(kuard, { recursive: true, force: true });
