/** Writes deploy/kelpie.yaml and the Helm chart in deploy/chart, for the version of package.json. Needs neither a cluster nor Helm. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chartFiles } from '../deploy/manifests/chart/chart-files.ts';
import { defaultValues } from '../deploy/manifests/manifests.ts';
import { plainYaml } from '../deploy/manifests/plain-yaml.ts';

const { version, description } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  description: string;
};

writeFileSync('deploy/kelpie.yaml', plainYaml(defaultValues(version)));

const chart = 'deploy/chart';
mkdirSync(`${chart}/templates`, { recursive: true });
// One that no room writes any more goes.
for (const file of globSync(`${chart}/templates/*.yaml`)) rmSync(file);
for (const [path, text] of Object.entries(chartFiles({ version, description })))
  writeFileSync(`${chart}/${path}`, text);
