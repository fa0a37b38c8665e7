import { describe, expect, it } from 'vitest';
import { TemplateError } from './ast.ts';
import { compileTemplate } from './execute.ts';

const data = {
  Id: '21c40aa',
  Name: '/d1',
  State: { Status: 'running', Running: true, Pid: 12 },
  Config: { Cmd: ['sh', '-c', 'a b'], Env: ['A=b'], Labels: { x: 'y', 'a.b': 'c' }, Entrypoint: null },
  HostConfig: { RestartPolicy: { Name: 'no', MaximumRetryCount: 0 }, PortBindings: {} },
  Html: '<b> & more',
};

const render = (text: string): string => compileTemplate(text).execute(data);

describe('templates', () => {
  // Each as Docker 28 prints it for the same document.
  it.each([
    ['{{.State.Status}} {{.Config.Cmd}} {{.Name}}', 'running [sh -c a b] /d1'],
    ['{{json .Config.Env}} {{.Config.Cmd | json}}', '["A=b"] ["sh","-c","a b"]'],
    ['{{json .Html}}', '"<b> & more"'],
    ['{{.Config.Labels}}', 'map[a.b:c x:y]'],
    ['{{.HostConfig.RestartPolicy}} {{.HostConfig.PortBindings}}', '{no 0} map[]'],
    ['{{.Config.Entrypoint}}', '[]'],
    ['{{.State.Running}}{{.State.Pid}}', 'true12'],
    ['{{index .Config.Env 0}} {{len .Config.Cmd}}', 'A=b 3'],
    ['{{index .Config.Labels "a.b"}}', 'c'],
    ['{{.Config.Labels.nothing}}', '<no value>'],
    ['{{range .Config.Cmd}}[{{.}}]{{end}}', '[sh][-c][a b]'],
    ['{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}', 'a.b=c;x=y;'],
    ['{{range $i, $v := .Config.Cmd}}{{if $i}},{{end}}{{$v}}{{end}}', 'sh,-c,a b'],
    ['{{range .Config.Entrypoint}}x{{else}}none{{end}}', 'none'],
    ['{{if .State.Running}}yes{{else}}no{{end}}', 'yes'],
    ['{{if eq .Name "x"}}1{{else if eq .Name "/d1"}}2{{else}}3{{end}}', '2'],
    ['{{with .Config}}{{len .Env}}{{end}}{{with .Config.Entrypoint}}x{{else}}y{{end}}', '1y'],
    ['{{join .Config.Cmd "-"}} {{upper .Name}} {{lower "AB"}} {{title "ab cd"}}', 'sh--c-a b /D1 ab Ab Cd'],
    ['{{split "a,b" ","}} {{truncate .Id 3}} {{pad "x" 1 2}}|', '[a b] 21c  x  |'],
    ['{{printf "%-6s|%5d|%q" .Name .State.Pid .Name}}', '/d1   |   12|"/d1"'],
    ['{{println .Name}}x', '/d1\nx'],
    ['{{slice .Id 0 3}} {{(index .Config.Cmd 0)}} {{(slice .Config.Cmd 1).x | len}}', undefined],
    ['{{and 1 0}} {{or 0 "x"}} {{not true}} {{ne 1 2}} {{lt 1 2}}', '0 x false true true'],
    ['a {{- "b" -}} c{{/* no */}}', 'abc'],
    ['{{$x := .Name}}{{$x}} {{$.Id}}', '/d1 21c40aa'],
    ['{{`raw`}} {{"a\\tb"}} {{"}}"}}', 'raw a\tb }}'],
  ])('%s', (text, result) => {
    if (result === undefined) expect(() => render(text)).toThrow(TemplateError);
    else expect(render(text)).toBe(result);
  });

  it.each([
    ['{{.Foo}}', 'template: :1:2: executing "" at <.Foo>: map has no entry for key "Foo"'],
    ['{{.State.Foo.Bar}}', 'template: :1:8: executing "" at <.State.Foo.Bar>: map has no entry for key "Foo"'],
    ['a\n{{.Foo}}', 'template: :2:2: executing "" at <.Foo>: map has no entry for key "Foo"'],
    ['{{.Name', 'template: :1: unclosed action'],
    ['{{foo}}', 'template: :1: function "foo" not defined'],
    ['{{if .Name}}x', 'template: :1: unexpected EOF'],
    ['x{{end}}', 'template: :1: unexpected {{end}}'],
    ['{{}}', 'template: :1: missing value for command'],
  ])('refuses %s', (text, message) => {
    expect(() => render(text)).toThrow(expect.objectContaining({ name: 'TemplateError', message }));
  });
});
