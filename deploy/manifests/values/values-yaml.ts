/** values.yaml: each value with what it is for above it. */
import { dump } from 'js-yaml';
import { commentLines } from '../template/yaml-text.ts';
import type { Plain } from './over.ts';
import type { Spec, ValuesOf } from './spec.ts';

export const valuesYaml = <S extends Spec>(spec: S, values: ValuesOf<S>): string =>
  `${valueLines(spec, values, 0).join('\n')}\n`;

function valueLines(spec: Spec, values: Plain, indent: number): readonly string[] {
  return Object.entries(spec).flatMap(([name, each]) => {
    const pad = ' '.repeat(indent);
    // An empty line before what stands at the left edge: a section.
    const before = [...(indent === 0 ? [''] : []), ...(each.doc === '' ? [] : commentLines(each.doc, indent))];
    if (each.kind === 'group')
      return [...before, `${pad}${name}:`, ...valueLines(each.members, values[name] as Plain, indent + 2)];
    const text = dump({ [name]: values[name] }, { lineWidth: -1 }).trimEnd();
    return [...before, ...text.split('\n').map((line) => pad + line)];
  });
}
