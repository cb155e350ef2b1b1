/** What must be there before anything can be measured: the built product and the tools every run needs. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { missingProgram } from '../contenders/installed.ts';
import { liveParts, type Part } from '../flags.ts';

const built = (name: string) => fileURLToPath(new URL(`../../../dist/${name}`, import.meta.url));

/** The product as it ships. */
export const product = { agent: built('agent.js'), cli: built('kelpie.js') };

/** What is missing for these parts, in words. */
export function missingTools(parts: readonly Part[]): string[] {
  const files = Object.values(product).flatMap((file) =>
    existsSync(file) ? [] : `${file} is not built (npm run build)`,
  );
  const programs = parts.some((part) => liveParts.includes(part))
    ? ['nginx', 'h2load', 'curl', 'ip', 'nsenter', 'taskset']
    : [];
  return [...files, ...programs.flatMap((program) => missingProgram(program) ?? [])];
}
