import { describe, expect, it } from 'vitest';
import { columns } from './columns.ts';
import { indentJson } from './indent-json.ts';
import { type Listing, renderListing, tryFormat } from './listing.ts';
import { displayPorts } from './ports.ts';
import { binarySize, goTime, humanDuration, humanSize, rfc3339Nano } from './quantity.ts';
import { ellipsis, quoted, shortId } from './text.ts';

describe('columns', () => {
  it('is at least ten wide, with three blanks after the widest cell', () => {
    expect(columns('A\tB\nlonger than ten\tb\n')).toBe('A                 B\nlonger than ten   b\n');
    expect(columns('IMAGE\tPORTS\tNAMES\n')).toBe('IMAGE     PORTS     NAMES\n');
  });

  it('counts characters, not code units', () => {
    expect(columns('"sh -c 1234…"\tx\n')).toBe('"sh -c 1234…"   x\n');
  });

  it('starts a column anew after a line without it', () => {
    expect(columns('a-very-long-cell\tx\nnothing\nb\ty\n')).toBe('a-very-long-cell   x\nnothing\nb         y\n');
  });
});

describe('quantities', () => {
  it.each([
    [0, '0B'],
    [3, '3B'],
    [999, '999B'],
    [1923, '1.92kB'],
    [1_984_175, '1.98MB'],
    [12_345_678, '12.3MB'],
    [100_000_000, '100MB'],
    [999_600, '1e+03kB'],
  ])('%d bytes in three digits', (bytes, text) => {
    expect(humanSize(bytes, 3)).toBe(text);
  });

  it('gives four digits elsewhere, and powers of 1024 for memory', () => {
    expect(humanSize(1923)).toBe('1.923kB');
    expect(humanSize(8704)).toBe('8.704kB');
    expect(binarySize(25_276_203_008)).toBe('23.54GiB');
    expect(binarySize(268_435_456)).toBe('256MiB');
  });

  it.each([
    [0.4, 'Less than a second'],
    [1, '1 second'],
    [59.9, '59 seconds'],
    [60, 'About a minute'],
    [119, 'About a minute'],
    [120, '2 minutes'],
    [3599, '59 minutes'],
    [3600, 'About an hour'],
    [5399, 'About an hour'],
    [5400, '2 hours'],
    [86_400 * 2, '2 days'],
    [86_400 * 14, '2 weeks'],
    [86_400 * 60, '2 months'],
    [86_400 * 365 * 2, '2 years'],
  ])('%d seconds', (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });

  it('prints times as Go does', () => {
    expect(goTime(1_795_420_871)).toBe('2026-11-23 08:01:11 +0000 UTC');
    expect(rfc3339Nano('1795410235543868475')).toBe('2026-11-23T05:03:55.543868475Z');
  });
});

describe('text', () => {
  it('cuts to a width with an ellipsis', () => {
    expect(ellipsis("sh -c 'trap exit TERM'", 20)).toBe("sh -c 'trap exit TE…");
    expect(ellipsis('exactly twenty chars', 20)).toBe('exactly twenty chars');
  });

  it('quotes as Go does', () => {
    expect(quoted('a "b" \\ \n\x01é…')).toBe('"a \\"b\\" \\\\ \\n\\x01é…"');
  });

  it('shortens IDs', () => {
    expect(shortId(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
  });
});

describe('displayPorts', () => {
  const port = (PrivatePort: number, PublicPort?: number, IP?: string, Type: 'tcp' | 'udp' = 'tcp') => ({
    PrivatePort,
    Type,
    ...(PublicPort === undefined ? {} : { PublicPort }),
    ...(IP === undefined ? {} : { IP }),
  });

  it.each([
    [[], ''],
    [[port(80)], '80/tcp'],
    [[port(80), port(81), port(83)], '80-81/tcp, 83/tcp'],
    [[port(80, 8080, '0.0.0.0')], '0.0.0.0:8080->80/tcp'],
    [[port(80, 80, '0.0.0.0'), port(81, 81, '0.0.0.0')], '0.0.0.0:80-81->80-81/tcp'],
    [[port(80, 8080, '0.0.0.0'), port(80, 8080, '::')], '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp'],
    [[port(53, undefined, undefined, 'udp'), port(53)], '53/tcp, 53/udp'],
  ])('%j', (ports, text) => {
    expect(displayPorts(ports)).toBe(text);
  });
});

describe('indentJson', () => {
  it('keeps numbers, escapes, order and empty things', () => {
    const json = '[{"b":1795420872651863504,"a":"x\\u003e\\"{","c":[],"d":{ },"e":[1,{"f":null}]}]';
    expect(indentJson(json)).toBe(`[
    {
        "b": 1795420872651863504,
        "a": "x\\u003e\\"{",
        "c": [],
        "d": {},
        "e": [
            1,
            {
                "f": null
            }
        ]
    }
]`);
  });
});

describe('renderListing', () => {
  const listing: Listing = {
    format: '',
    table: '{{.ID}}\t{{.Name}}',
    headers: { ID: 'THE ID', Name: 'NAME', label: (name: string) => name },
    rows: [
      { ID: '1', Name: '<none>', label: (name: string) => `${name}!` },
      { ID: '22', Name: 'web', label: () => '' },
    ],
    type: '*t.Row',
  };

  it.each([
    ['', 'THE ID    NAME\n1         <none>\n22        web\n'],
    ['table', 'THE ID    NAME\n1         <none>\n22        web\n'],
    ['table {{.Name}}\\t{{.ID}}', 'NAME      THE ID\n<none>    1\nweb       22\n'],
    ['{{.ID}}\\t{{.Name | upper}}', '1\t<NONE>\n22\tWEB\n'],
    ['{{.label "x"}}', 'x!\n\n'],
    ['json', '{"ID":"1","Name":"\\u003cnone\\u003e"}\n{"ID":"22","Name":"web"}\n'],
    ['{{json .}}', '{"ID":"1","Name":"\\u003cnone\\u003e"}\n{"ID":"22","Name":"web"}\n'],
    ['{{json .Name}}', '"<none>"\n"web"\n'],
  ])('%s', (format, text) => {
    expect(renderListing({ ...listing, format })).toBe(text);
  });

  it('goes by -q whatever the format', () => {
    expect(renderListing({ ...listing, format: 'table {{.Name}}', quiet: '{{.ID}}' })).toBe('1\n22\n');
  });

  it('says what is wrong with a template', () => {
    expect(() => renderListing({ ...listing, format: '{{.Foo}}' })).toThrow(
      'template parsing error: template: :1:2: executing "" at <.Foo>: can\'t evaluate field Foo in type *t.Row',
    );
    expect(() => renderListing({ ...listing, format: '{{.ID' })).toThrow(
      'template parsing error: template: :1: unclosed action',
    );
    expect(() => tryFormat('{{.Foo}}', {}, '*t.Row')).toThrow('failed to execute template: template: :1:2:');
    expect(() => tryFormat('{{.ID', {}, '*t.Row')).toThrow('failed to parse template: template: :1: unclosed action');
  });
});
