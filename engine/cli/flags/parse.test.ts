import { describe, expect, it } from 'vitest';
import { checked, flag, hidden } from './flag.ts';
import { FlagError, parseFlags } from './parse.ts';
import { FlagValueError, parseBytes } from './values.ts';

const flags = [
  flag('all', 'bool', '', 'a'),
  flag('quiet', 'bool', '', 'q'),
  flag('proxy', 'bool', '', '', true),
  flag('last', 'int', '', 'n', -1),
  flag('name', 'string', ''),
  flag('memory', 'bytes', '', 'm'),
  flag('cpus', 'decimal', ''),
  flag('interval', 'duration', ''),
  flag('env', 'list', '', 'e'),
  flag('opt', 'strings', ''),
  flag('filter', 'filter', '', 'f'),
  hidden('net', 'network'),
  checked(flag('even', 'int', ''), (text) => {
    if (Number(text) % 2) throw new FlagValueError('must be even');
  }),
];

const parse = (line: string, interspersed = true) => parseFlags(flags, line.split(' ').filter(Boolean), interspersed);

describe('parseFlags', () => {
  it('starts from what the flags say, else from zero', () => {
    const { values, changed, rest } = parse('');
    expect(values).toMatchObject({ all: false, proxy: true, last: -1, name: '', memory: 0, env: [] });
    expect([changed.size, rest]).toEqual([0, []]);
  });

  it.each([
    ['-aq', { all: true, quiet: true }],
    ['-aqn5', { all: true, quiet: true, last: 5 }],
    ['-n=5', { last: 5 }],
    ['-n 5', { last: 5 }],
    ['-n 0x10', { last: 16 }],
    ['--last=-3', { last: -3 }],
    ['--last -3', { last: -3 }],
    ['--all=false', { all: false }],
    ['--proxy=0', { proxy: false }],
    ['--name=a=b', { name: 'a=b' }],
    ['--name --all', { name: '--all', all: false }],
    ['-e A=1 -eB=2 --env C', { env: ['A=1', 'B=2', 'C'] }],
    ['--opt a,b --opt c', { opt: ['a', 'b', 'c'] }],
    ['-m 1.5g', { memory: 1.5 * 1024 ** 3 }],
    ['--cpus 1.5', { cpus: 1.5 }],
    ['--interval 1m30s', { interval: 90e9 }],
    ['-f Name=x', { filter: ['name=x'] }],
    ['--net host', { net: ['host'] }],
  ])('reads %s', (line, values) => {
    expect(parse(line).values).toMatchObject(values);
  });

  it('takes arguments from between the flags, or leaves everything after the first to it', () => {
    expect(parse('x -a y -- -q').rest).toEqual(['x', 'y', '-q']);
    expect(parse('-a x -q y', false)).toMatchObject({ rest: ['x', '-q', 'y'], values: { all: true, quiet: false } });
    expect(parse('-').rest).toEqual(['-']);
  });

  it('tells --help from a -h that is nobody else', () => {
    expect(parse('--help').help).toBe('help');
    expect(parse('-h').help).toBe('shorthand');
    expect(parse('--help=false').help).toBe(false);
    const withHostname = parseFlags([flag('hostname', 'string', '', 'h')], ['-h', 'web'], true);
    expect([withHostname.help, withHostname.values]).toEqual([false, { hostname: 'web' }]);
  });

  it.each([
    ['--foo', 'unknown flag: --foo'],
    ['--foo=1', 'unknown flag: --foo'],
    ['-aqx', "unknown shorthand flag: 'x' in -x"],
    ['-axq', "unknown shorthand flag: 'x' in -xq"],
    ['--=', 'bad flag syntax: --='],
    ['---a', 'bad flag syntax: ---a'],
    ['--name', 'flag needs an argument: --name'],
    ['-n', "flag needs an argument: 'n' in -n"],
    ['-an', "flag needs an argument: 'n' in -n"],
    ['-n x', 'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    ['-a=x', 'invalid argument "x" for "-a, --all" flag: strconv.ParseBool: parsing "x": invalid syntax'],
    ['-m abc', 'invalid argument "abc" for "-m, --memory" flag: invalid size: \'abc\''],
    ['--cpus x', 'invalid argument "x" for "--cpus" flag: failed to parse x as a rational number'],
    ['--interval 5', 'invalid argument "5" for "--interval" flag: time: missing unit in duration "5"'],
    ['-f foo', 'invalid argument "foo" for "-f, --filter" flag: bad format of filter (expected name=value)'],
    ['--even 3', 'invalid argument "3" for "--even" flag: must be even'],
  ])('refuses %s', (line, message) => {
    expect(() => parse(line)).toThrow(new FlagError(message));
  });

  it('tells what was probably meant', () => {
    expect(() => parse('--quite')).toThrow(expect.objectContaining({ suggestion: '--quiet' }));
    expect(() => parse('--nett')).toThrow(expect.objectContaining({ suggestion: undefined }));
  });
});

describe('parseBytes', () => {
  it.each([
    ['100', 100],
    ['1k', 1024],
    ['1KiB', 1024],
    ['2 mb', 2 * 1024 ** 2],
  ])('%s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });
});
