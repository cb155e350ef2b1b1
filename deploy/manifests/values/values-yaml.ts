/** values.yaml: each value as it is by default, with what it is for above it. */
import { dump } from 'js-yaml';
import { commentLines } from '../template/yaml-text.ts';
import type { Spec } from './spec.ts';

export const valuesYaml = (spec: Spec): string => `${valueLines(spec, 0).join('\n')}\n`;

function valueLines(spec: Spec, indent: number): readonly string[] {
  return Object.entries(spec).flatMap(([name, each]) => {
    const pad = ' '.repeat(indent);
    // An empty line before what stands at the left edge: a section.
    const before = [...(indent === 0 ? [''] : []), ...(each.doc === '' ? [] : commentLines(each.doc, indent))];
    if (each.kind === 'group') return [...before, `${pad}${name}:`, ...valueLines(each.members, indent + 2)];
    const text = dump({ [name]: each.default }, { lineWidth: -1 }).trimEnd();
    return [...before, ...text.split('\n').map((line) => pad + line)];
  });
}
