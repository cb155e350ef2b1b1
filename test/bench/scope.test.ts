import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createScope, until } from './scope.ts';

describe('a scope', () => {
  test('undoes in reverse order, inner parts first, once', async () => {
    const undone: string[] = [];
    const scope = createScope();
    scope.defer('folder', () => void undone.push('folder'));
    scope.child().defer('process', async () => void undone.push('process'));
    await scope.close();
    await scope.close();
    assert.deepEqual(undone, ['process', 'folder']);
  });

  test('goes on after an undo that fails', async () => {
    const undone: string[] = [];
    const scope = createScope();
    scope.defer('folder', () => void undone.push('folder'));
    scope.defer('nothing that can fail quietly', () => Promise.reject(new Error('gone')));
    await scope.close();
    assert.deepEqual(undone, ['folder']);
  });

  test('takes nothing new once it closes, and undoes what came too late', async () => {
    const undone: string[] = [];
    const scope = createScope();
    const inner = scope.child();
    await scope.close();
    assert.throws(() => inner.defer('process', () => void undone.push('process')), /process: the run is ending/);
    assert.throws(() => scope.child(), /the run is ending/);
    assert.deepEqual(undone, ['process']);
  });
});

test('waiting names what never came', async () => {
  await assert.rejects(
    until('the server', () => undefined, 30),
    /the server: not within 30 ms/,
  );
});
