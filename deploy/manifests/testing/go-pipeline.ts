/** The expressions between `{{` and `}}`: commands with `|` between them (pkg.go.dev/text/template, "Pipelines"). */

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number }
  /** `.a.b`: of the dot, or of what the parentheses before it come to. */
  | { readonly kind: 'field'; readonly of?: Pipeline; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly name: string };
export type Command = readonly Operand[];
export type Pipeline = readonly Command[];

const token = /\s*(?:("(?:[^"\\]|\\.)*")|(\d+)|(\.[\w.]*)|([a-zA-Z]\w*)|([()|]))/y;

/** @throws Error it is not well formed */
export function parsePipeline(source: string): Pipeline {
  token.lastIndex = 0;
  const pipeline = parseFrom(source, false);
  if (token.lastIndex < source.trimEnd().length) throw new Error(`not understood: ${source}`);
  return pipeline;
}

function parseFrom(source: string, within: boolean): Pipeline {
  const commands: Operand[][] = [[]];
  const add = (operand: Operand) => commands.at(-1)?.push(operand);
  while (token.lastIndex < source.trimEnd().length) {
    const [, text, number, field, name, sign] = token.exec(source) ?? fail(source);
    if (text !== undefined) add({ kind: 'literal', value: JSON.parse(text) });
    else if (number !== undefined) add({ kind: 'literal', value: Number(number) });
    else if (field !== undefined) add({ kind: 'field', names: namesOf(field) });
    else if (name !== undefined) add({ kind: 'function', name });
    else if (sign === '|') commands.push([]);
    else if (sign === '(') {
      const of = parseFrom(source, true);
      // A field of it stands right behind the parenthesis.
      const [after = ''] = /^\.[\w.]+/.exec(source.slice(token.lastIndex)) ?? [];
      token.lastIndex += after.length;
      add({ kind: 'field', of, names: namesOf(after) });
    } else if (within) return commands;
    else fail(source);
  }
  return within ? fail(source) : commands;
}

const namesOf = (field: string): readonly string[] => field.split('.').filter((name) => name !== '');

function fail(source: string): never {
  throw new Error(`not understood: ${source}`);
}
