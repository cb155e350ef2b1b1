/** The addon's promises: wrong use throws, nothing crashes, no record is lost at the edge of a buffer. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { framedBytes } from '../../agent/capture/decode.ts';
import { flowRecord } from '../../agent/capture/layout.gen.ts';
import type { Handle } from '../../agent/native/addon.ts';
import { builtFile, isNativeError, loadNative } from '../../agent/native/native.ts';

const addon = loadNative();
const object = builtFile('capture.bpf.o') ?? assert.fail('capture.bpf.o was not built');
const wrong = <T>(value: unknown): T => value as T;

describe('the native addon', () => {
  test('wrong arguments throw', () => {
    const handle = addon.open(object);
    const calls: (() => unknown)[] = [
      () => addon.open(wrong(undefined)),
      () => addon.open(wrong(7)),
      () => wrong<() => void>(addon.open)(),
      () => addon.load(wrong({})),
      () => addon.load(wrong(null)),
      () => addon.load(wrong('handle')),
      () => addon.close(wrong(new Uint8Array(8))),
      () => addon.configure(handle, wrong(5)),
      () => addon.configure(handle, { ring: -1 }),
      () => addon.configure(handle, { ring: Number.NaN }),
      () => addon.configure(handle, wrong({ ring: 'large' })),
      () => addon.drain(handle, 'ring', new Uint8Array(10)),
      () => addon.attach(handle, 'kelpie_ingress', '/'),
    ];
    for (const call of calls) assert.throws(call, Error, String(call));
    addon.close(handle);
  });

  test('knows the network namespace of this process, the same each time', () => {
    const cookie = addon.netnsCookie();
    assert.equal(addon.netnsCookie(), cookie);
    // Since Linux 5.14.
    if (cookie !== undefined) assert.ok(Number.isSafeInteger(cookie) && cookie > 0);
  });

  test('a refusal says what, why and what libbpf said', () => {
    const missing = caught(() => addon.open('/nonexistent.o'));
    assert.deepEqual([missing.operation, missing.code, missing.errno], ['open', 'ENOENT', 2]);
    const foreign = caught(() => addon.open(new TextEncoder().encode('not an object file')));
    assert.equal(foreign.operation, 'open');
    assert.notEqual(foreign.log, '');
    const handle = addon.open(object);
    assert.equal(caught(() => addon.configure(handle, { nothing: 1 })).code, 'ENOENT');
    addon.load(handle);
    assert.equal(caught(() => addon.load(handle)).code, 'EBUSY');
    assert.equal(caught(() => addon.configure(handle, { ring: 4096 })).code, 'EBUSY');
    assert.equal(caught(() => addon.attach(handle, 'kelpie_ingress', '/nonexistent')).code, 'ENOENT');
    assert.equal(caught(() => addon.attach(handle, 'nobody', '/sys/fs/cgroup')).code, 'ENOENT');
    assert.throws(() => addon.attach(handle, 'kelpie_ingress\0', '/sys/fs/cgroup'), TypeError);
    assert.equal(caught(() => addon.attach(handle, 'kelpie_ingress', '/proc')).code, 'EBADF');
    assert.equal(caught(() => addon.drain(handle, 'counters', new Uint8Array(64))).code, 'EINVAL');
    addon.close(handle);
  });

  test('the verifier’s last lines come with the error', () => {
    const broken = Buffer.from(readFileSync(object));
    const handle = addon.open(breakProgram(broken));
    const error = caught(() => addon.load(handle));
    assert.equal(error.operation, 'load');
    assert.match(error.log, /processed \d+ insns|invalid|unknown/);
    addon.close(handle);
  });

  test('maps hold what is written; keys and values of the wrong size are refused', () => {
    const handle = loaded();
    const [key, value] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    addon.mapUpdate(handle, 'policies', key, value);
    assert.deepEqual(addon.mapLookup(handle, 'policies', key), value);
    assert.deepEqual(addon.mapKeys(handle, 'policies'), [key]);
    assert.equal(addon.mapDelete(handle, 'policies', key), true);
    assert.equal(addon.mapDelete(handle, 'policies', key), false);
    assert.equal(addon.mapLookup(handle, 'policies', key), undefined);
    assert.throws(() => addon.mapUpdate(handle, 'policies', key, new Uint8Array(15)), RangeError);
    assert.throws(() => addon.mapLookup(handle, 'policies', new Uint8Array(17)), RangeError);
    assert.throws(() => addon.mapLookup(handle, 'policies', wrong(new Uint32Array(2))), TypeError);
    assert.equal((addon.mapLookup(handle, 'counters', new Uint8Array(4))?.length ?? 0) % 8, 0);
    assert.equal(addon.drain(handle, 'ring', new Uint8Array(64)), 0);
    addon.close(handle);
  });

  test('a map is drained to its last entry, in batches that fit', () => {
    const handle = addon.open(object);
    addon.configure(handle, { flows_0: 5000 });
    addon.load(handle);
    const [key, value] = [new Uint8Array(8), new Uint8Array(flowRecord.size)];
    for (let i = 0; i < 3000; i++) {
      new DataView(key.buffer).setUint32(0, i, true);
      new DataView(value.buffer).setUint32(flowRecord.cookie, i, true);
      addon.mapUpdate(handle, 'flows_0', key, value);
    }
    const into = new Uint8Array(200_000);
    const cookies: number[] = [];
    for (
      let bytes = addon.drainMap(handle, 'flows_0', into);
      bytes > 0;
      bytes = addon.drainMap(handle, 'flows_0', into)
    ) {
      const view = new DataView(into.buffer, 0, bytes);
      for (let at = 0; at < bytes; at += framedBytes(flowRecord.size)) {
        assert.equal(view.getUint32(at, true), flowRecord.size);
        cookies.push(view.getUint32(at + 8 + flowRecord.cookie, true));
      }
    }
    assert.deepEqual(
      cookies.sort((a, b) => a - b),
      Array.from({ length: 3000 }, (_, i) => i),
    );
    assert.deepEqual(addon.mapKeys(handle, 'flows_0'), []);
    assert.throws(() => addon.drainMap(handle, 'flows_0', new Uint8Array(1000)), RangeError);
    assert.equal(caught(() => addon.drainMap(handle, 'ring', into)).code, 'EINVAL');
    assert.equal(caught(() => addon.drainMap(handle, 'counters', into)).code, 'EINVAL');
    addon.close(handle);
  });

  test('a closed handle throws, closing again does not', () => {
    const handle = loaded();
    addon.close(handle);
    addon.close(handle);
    assert.throws(() => addon.load(handle), /closed/);
    assert.throws(() => addon.drain(handle, 'ring', new Uint8Array(64)), /closed/);
    assert.throws(() => addon.info(handle), /closed/);
  });

  test('a handle that is closed while its arguments are read is closed', () => {
    const handle = addon.open(object);
    const sizes = {
      get ring() {
        addon.close(handle);
        return 4096;
      },
    };
    assert.throws(() => addon.configure(handle, sizes), /closed/);
  });

  test('two handles live and end apart, in either order', () => {
    const into = new Uint8Array(1 << 20);
    for (const first of [0, 1]) {
      const handles = [loaded(), loaded()];
      for (const handle of handles) {
        addon.drain(handle, 'ring', into);
        addon.drainMap(handle, 'flows_0', into);
      }
      const [ended, other] = first === 0 ? handles : handles.toReversed();
      assert.ok(ended && other);
      addon.close(ended);
      assert.throws(() => addon.drainMap(ended, 'flows_0', into), /closed/);
      assert.equal(addon.drain(other, 'ring', into), 0);
      assert.equal(addon.info(other).programs.length, 5);
      addon.close(other);
    }
  });
});

function loaded(): Handle {
  const handle = addon.open(object);
  addon.configure(handle, { ring: 65536 });
  addon.load(handle);
  return handle;
}

function caught(call: () => unknown) {
  try {
    call();
  } catch (error) {
    if (isNativeError(error)) return error;
    throw error;
  }
  return assert.fail('nothing was thrown');
}

/** The same object with the first helper call of a program sent to a helper that does not exist. */
function breakProgram(file: Buffer): Uint8Array {
  const call = Buffer.from([0x85, 0, 0, 0]);
  const at = file.indexOf(call);
  assert.ok(at > 0);
  file.writeUInt32LE(9999, at + 4);
  return file;
}
