/** What a person gets who types something, right or wrong. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, kelpie } from './run.ts';

before(build);

const folder = mkdtempSync(join(tmpdir(), 'kelpie-cli-'));
after(() => rmSync(folder, { recursive: true }));

test('--help works everywhere, has examples and exit codes, and is fast enough to be asked often', async () => {
  const commands = [[], ['demo'], ['local'], ['replay'], ['record'], ['get'], ['agent'], ['doctor']];
  for (const command of commands) {
    const { out, err, code } = await kelpie(...command, '--help');
    assert.deepEqual([code, err], [0, ''], `kelpie ${command.join(' ')} --help`);
    assert.match(out, /Usage: kelpie/);
    assert.match(out, /Examples:\n {2}kelpie/);
    assert.match(out, /130 +interrupted/);
  }
});

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.deepEqual(await kelpie('--version'), { out: `${version}\n`, err: '', code: 0 });
});

describe('wrong usage ends with exit code 2, the word at fault and, where there is one, a suggestion', () => {
  const recording = join(folder, 'not-a-recording');
  writeFileSync(recording, 'hello');
  const cases: readonly (readonly [args: string[], error: RegExp])[] = [
    [['recrod', 'x'], /no command "recrod"\. Did you mean record\?/],
    [['get', 'http', '--folow'], /--folow'.*Did you mean --follow\?/],
    [['get'], /Missing required argument 'table'/],
    [['get', 'htpp'], /no table "htpp"\. Did you mean http\?/],
    [['get', 'servces'], /no table "servces"\. Did you mean services\?.*svc, pods, ns/],
    [['get', 'svc', '--sort', '-lateny'], /services has no column "lateny"\. Did you mean latency\?/],
    [['get', 'http', '--follow', '--sort', 'latency'], /--sort needs an end/],
    [['get', 'http', '--since', 'noon'], /--since takes a time .* not "noon"/],
    [['get', 'http', '--demo', '--since', '5m'], /--since goes with --agents/],
    [['get', 'http', '--local', '--demo'], /--demo and --local cannot be combined/],
    [['get', 'http', '-o', 'jsonn'], /table, wide, json, jsonl, csv, not "jsonn"\. Did you mean json/],
    [['get', 'http', '--follow', '--duration', '3s'], /--follow and --duration cannot be combined/],
    [['get', 'http', '--duration', 'soon'], /--duration takes a time .* not "soon"/],
    [['get', 'http', '--limit', '0'], /--limit .* not "0"/],
    [['get', 'http', '--agents', 'nowhere'], /"nowhere" is no agent address/],
    [['get', 'http', '--agents', 'host:99999'], /"host:99999" is no agent address/],
    [['get', 'http', '--body-limit', '1GB'], /--body-limit .*"1GB"/],
    [['get', 'http', '--speed', '2'], /--speed goes with --replay/],
    [['get', 'http', '--redact', 'a b'], /--redact takes header names .* "a b"/],
    [['get', 'http', '--replay', folder], /is a directory/],
    [['record', folder], /it is a directory/],
    [['record', recording], /is no Kelpie recording/],
    [['record', join(folder, 'none', 'x')], /its directory does not exist/],
    [['record', join(folder, 'x'), '--agents', 'a:1'], /record takes --local or --demo/],
    [['doctor', '-o', 'jsn'], /--output takes text, json, not "jsn"\. Did you mean json\?/],
    [['demo', '--refresh', '1ms'], /--refresh takes a time from 250ms/],
    [['demo', '-c', 'pluse'], /--command: no command "pluse": did you mean pulse\?/],
    [['--command', 'nowhere'], /--command: no command "nowhere": it takes http, ns, svc/],
    [['replay', recording, '-c', 'svc nothing/like'], /--command: no namespace, pod or service "nothing\/like"/],
    [['local', '-c', 'quit'], /--command opens a view: http, ns, svc, .*not "quit"/],
    [['-c', 'svc', '--filter', 'x'], /--command and --filter cannot be combined/],
    [['-c', 'svc shop'], /needs a terminal/],
    [[], /needs a terminal .* kelpie get http/],
  ];
  for (const [args, error] of cases) {
    test(`kelpie ${args.join(' ').replaceAll(folder, '…')}`, async () => {
      const ran = await kelpie(...args);
      assert.equal(ran.code, 2, ran.err);
      assert.match(ran.err, error);
      assert.match(ran.err, /^kelpie: /);
      assert.equal(ran.out, '');
      assert.doesNotMatch(ran.err, /\n {4}at /, 'no stack trace');
    });
  }
});

test('an agent that cannot start says why to a person and to the program that started it', async () => {
  const { out, err, code } = await kelpie('agent', '--listen', 'nowhere');
  assert.equal(code, 2);
  assert.match(err, /^kelpie agent: "nowhere" is no address to listen on/);
  const { ready, error } = JSON.parse(out);
  assert.deepEqual([ready, error.code], [false, 'usage']);
});

test('a wrong filter is pointed at', async () => {
  const { err, code } = await kelpie('get', 'http', '--agents', 'a:1', '--filter', 'method=GET stauts>=500');
  assert.equal(code, 2);
  const [, text = '', marks = ''] = err.split('\n');
  assert.equal(text.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1), 'stauts');
  assert.match(err, /did you mean 'status'/);
});

test('a recording that is not there: the error says how to make one', async () => {
  const { err, code } = await kelpie('get', 'http', '--replay', join(folder, 'none.kelpie'));
  assert.equal(code, 1);
  assert.match(err, /No recording at .*none\.kelpie\. Make one with: kelpie record/);
});
