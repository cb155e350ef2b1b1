/** Loads the native addon from beside the bundle, or from build/ in a checkout. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Addon, NativeError } from './addon.ts';

const addonName = 'kelpie_native.node';

/** Where a built file may be, seen from this module: beside the bundle, in build/ beside dist/, in build/ of the checkout. */
function candidates(name: string): string[] {
  return [`./${name}`, `../build/${name}`, `../../build/${name}`].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
}

/** Full path of a file that the build makes (`capture.bpf.o`, `kelpie_native.node`); undefined if it was not built. */
export function builtFile(name: string): string | undefined {
  return candidates(name).find((path) => existsSync(path));
}

/** The addon. Throws an Error if it was not built or does not load into this Node.js. */
export function loadNative(): Addon {
  const path = builtFile(addonName);
  if (path === undefined) throw new Error(`${addonName} was not built`);
  return createRequire(import.meta.url)(path) as Addon;
}

/** Whether the addon threw this for something libbpf or the kernel refused. */
export function isNativeError(thrown: unknown): thrown is NativeError {
  return thrown instanceof Error && 'operation' in thrown && 'errno' in thrown;
}
