/** What README.md, ARCHITECTURE.md and docs say of the program exists in it: commands, flags, links, settings. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { load } from 'js-yaml';
import { usage as agentUsage } from '../../agent/options.ts';
import { readPolicy } from '../../agent/policy/policy.ts';
import { createProgram } from '../../src/commands/program.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const markdownIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'deploy/chart/README.md',
  'deploy/image/README.md',
  ...markdownIn('docs'),
];

/** Every command line of a page that begins with `kelpie`: in blocks line by line, and in code within sentences. */
function* commandLines(text: string): Generator<string> {
  const blocks = /^\s*```(\w*)\n([\s\S]*?)^\s*```/gm;
  for (const [, language = '', body = ''] of text.matchAll(blocks)) if (language === 'sh') yield* shellCommands(body);
  // Code may be broken over two lines of a sentence.
  for (const [, code = ''] of text.replace(blocks, '').matchAll(/`([^`]+)`/g))
    yield* shellCommands(code.replace(/\n/g, ' '));
}

function* shellCommands(text: string): Generator<string> {
  for (const line of text.split('\n')) {
    for (const part of line.replace(/\s#.*$|\s>\S+/g, '').split(/[|;]|&&/)) {
      const [, rest] = /^\s*(?:[A-Z_]+=\S+\s+)*(?:kubectl )?kelpie(\s.*)?$/.exec(part) ?? [];
      if (rest !== undefined || /^\s*kelpie\s*$/.test(part)) yield (rest ?? '').trim();
    }
  }
}

/** Words as a shell parts them, as far as pages go. */
const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+/g), ([word]) => word.replace(/[,.:…]+$/, ''));

const program = createProgram('0', () => {});
/** `kelpie agent` reads its own flags. */
const agentFlags = new Set(agentUsage.match(/--[a-z-]+/g));

/** What is wrong with a command line; undefined when nothing is. */
function wrongIn(line: string): string | undefined {
  let command: Command = program;
  const parents: Command[] = [program];
  const words = wordsOf(line);
  let isValue = false;
  let mayBeCommand = true;
  for (const word of words) {
    if (isValue) {
      isValue = false;
      continue;
    }
    if (word.startsWith('-') && word !== '-') {
      const [flag = ''] = word.split('=');
      if (command.name() === 'agent' ? agentFlags.has(flag) : ['-h', '--help'].includes(flag)) continue;
      const option = [...parents]
        .flatMap(({ options }) => options)
        .find(({ short, long }) => short === flag || long === flag);
      if (!option) return `there is no ${flag}`;
      isValue = (option.required || option.optional) && !word.includes('=');
      continue;
    }
    const next: Command | undefined = mayBeCommand ? command.commands.find((each) => each.name() === word) : undefined;
    if (next) {
      command = next;
      parents.push(next);
    } else {
      // A word in capitals stands for something; others are arguments, which only commands that take any have.
      const takesArguments = command.registeredArguments.length > 0 || /^[A-Z]+$/.test(word);
      if (!takesArguments) return `there is no command "${word}"`;
      mayBeCommand = false;
    }
  }
  return undefined;
}

describe('what the pages say', () => {
  test('a command or a flag that does not exist is noticed', () => {
    for (const line of ['deploi', 'deploy --imagine x', 'demo destroy', '--context a nothing', 'agent --listn x'])
      assert.notEqual(wrongIn(line), undefined, line);
    for (const line of ["-n shop -c 'http /kuard'", 'demo deploy kuard', 'image save -', 'deploy -o yaml', ''])
      assert.equal(wrongIn(line), undefined, line);
    assert.deepEqual(
      [...commandLines('```sh\nA=b kelpie x   # c\nfoo | kelpie y\n```\n`kelpie\nz`, `kelpied`')],
      ['x', 'y', 'z'],
    );
  });

  test('every kelpie command and flag exists', () => {
    let found = 0;
    for (const page of pages) {
      for (const line of commandLines(read(page))) {
        found += 1;
        assert.equal(wrongIn(line), undefined, `${page}: kelpie ${line}`);
      }
    }
    assert.ok(found > 60, `${found} commands were found`);
  });

  test('every command of the program is in README.md', () => {
    const readme = read('README.md');
    for (const { name } of program.commands.map((command) => ({ name: command.name() })))
      if (name !== 'help') assert.match(readme, new RegExp(`kelpie ${name}\\b`), name);
  });

  test('every link within the repository leads somewhere, to a heading too', () => {
    for (const page of pages) {
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [path = '', heading] = target.split('#');
        const file = path === '' ? page : relative(root, join(root, dirname(page), path));
        assert.ok(existsSync(join(root, file)), `${page} links to ${target}`);
        if (heading !== undefined) assert.ok(headingsOf(read(file)).has(heading), `${page} links to ${target}`);
      }
    }
  });

  test('the examples of a policy are policies', () => {
    const examples = Array.from(
      read('docs/kubernetes/policy.md').matchAll(/```yaml\n([\s\S]*?)```/g),
      ([, text = '']) => text,
    );
    assert.ok(examples.length > 0);
    for (const text of examples) assert.deepEqual(readPolicy(text).ok, true, text);
  });

  test('the values of the chart that a page names are there', () => {
    const values = load(read('deploy/chart/values.yaml')) as Record<string, unknown>;
    const text = read('docs/kubernetes/install.md');
    for (const [, example = ''] of text.matchAll(/```yaml\n([\s\S]*?)```/g)) {
      for (const [name, inner] of Object.entries(load(example) as Record<string, unknown>)) {
        assert.ok(name in values, name);
        if (!Array.isArray(inner))
          for (const each of Object.keys(inner as object))
            assert.ok(each in (values[name] as object), `${name}.${each}`);
      }
    }
    for (const [, name = '', each = ''] of text.matchAll(/`(security|policy|metrics|key|image)\.(\w+)/g))
      assert.ok(each in (values[name] as object), `${name}.${each}`);
  });
});

/** Headings as links name them. */
function headingsOf(text: string): Set<string> {
  return new Set(
    Array.from(text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm), ([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
