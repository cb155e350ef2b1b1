/** The renderer that stands for Helm in tests: it must be as strict and as fussy about white space. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTemplate } from './go-template.ts';

const scope = {
  Values: { name: 'a"b', empty: {}, list: ['a', 'b'], deep: { er: 1 } },
  Release: { Name: 'r', Namespace: 'n', Service: 'Helm' },
  Chart: { AppVersion: '1' },
};
const render = (template: string) => renderTemplate(template, scope);

test('a dash takes the white space on its side away', () => {
  assert.equal(render('a\n  {{- .Chart.AppVersion }}\nb {{ .Release.Name -}} \n c'), 'a1\nb rc');
});

test('what is empty does not hold', () => {
  assert.equal(render('{{ if .Values.empty }}a{{ else }}b{{ end }}{{ with .Values.none }}c{{ end }}'), 'b');
  assert.equal(render('{{ if not .Values.empty }}a{{ end }}'), 'a');
});

test('with makes its value the dot; what is piped comes last', () => {
  assert.equal(render('{{ with .Values.list }}{{ toYaml . | nindent 2 }}{{ end }}'), '\n  - a\n  - b');
  assert.equal(render('{{ .Values.none | default (.Values.name | quote) }}'), '"a\\"b"');
  assert.equal(render('{{ (lookup "v1" "Secret" .Release.Namespace "s").data | default .Values.deep.er }}'), '1');
});

test('what it does not know is an error, not a text', () => {
  for (const template of [
    '{{ range .Values.list }}{{ end }}',
    '{{ include "a" . }}',
    '{{ if .a }}',
    '{{ end }}',
    '{{ .a | }}',
    '{{ (.a }}',
    '{{ $x }}',
  ])
    assert.throws(() => assert.equal(render(template), template), Error, template);
});
