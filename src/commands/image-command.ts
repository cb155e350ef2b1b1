/** `kelpie image …` on the command line. */
import type { Command } from 'commander';
import { AppError } from '../domain/errors.ts';
import type { ImageSaveFlags } from './image.ts';
import type { Run } from './program.ts';

const examples = `kelpie image save kelpie-agent.tar
kelpie image save --tag registry.example.com/kelpie-agent:1.0 | docker load    then docker push
kind load image-archive kelpie-agent.tar
minikube image load kelpie-agent.tar
sudo ctr -n k8s.io images import kelpie-agent.tar    on each node`;

/** `add` makes a command with our help; `version` is the image's too. */
export function addImageCommand(
  add: (name: string, description: string, examples: string) => Command,
  onRun: (run: Run) => void,
  version: string,
): void {
  const image = add('image', "the agent's container image, for clusters that no public registry reaches", examples);
  image.allowExcessArguments().action(() => {
    const [word] = image.args;
    const what = word === undefined ? 'Say what to do with it' : `There is no "image ${word}"`;
    throw new AppError('usage', { detail: `${what}: kelpie image save. See: kelpie image --help` });
  });
  image
    .command('save')
    .description('write the image of this installation to an archive, without a container engine or a network')
    .argument('[file]', 'where to write; a file that is there is overwritten (default: -, standard output)')
    .option('--tag <name>', "what it is called, e.g. registry.example.com/kelpie-agent:1.0 (default: the release's)")
    .option('-q, --quiet', 'say nothing on stderr unless something is wrong')
    .addHelpText('after', `\nExamples:\n${examples.replace(/^/gm, '  ')}`)
    .action((file: string | undefined, flags: ImageSaveFlags) => {
      onRun(async () => (await import('./image.ts')).runImageSave(file, flags, version));
    });
}
