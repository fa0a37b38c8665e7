// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are Dockerfile variables
import { describe, expect, test } from 'vitest';
import { expandWord, expandWords } from './expand.ts';

const variables = new Map([
  ['x', 'value'],
  ['empty', ''],
  ['path', '/a/b/c.tar.gz'],
  ['two', 'a b'],
]);

describe('expandWord', () => {
  test.each([
    ['$x', 'value'],
    ['${x}', 'value'],
    ['${x}s', 'values'],
    ['$xs', ''],
    ['$unset', ''],
    ['${unset:-w}', 'w'],
    ['${empty:-w}', 'w'],
    ['${empty-w}', ''],
    ['${unset-w}', 'w'],
    ['${x:+w}', 'w'],
    ['${empty:+w}', ''],
    ['${empty+w}', 'w'],
    ['${unset+w}', ''],
    ['${x:?w}', 'value'],
    ['${empty?w}', ''],
    ['${unset:-${x}}', 'value'],
    ['${unset:-${also:-deep}}', 'deep'],
    ['${path#*/}', 'a/b/c.tar.gz'],
    ['${path##*/}', 'c.tar.gz'],
    ['${path%.*}', '/a/b/c.tar'],
    ['${path%%.*}', '/a/b/c'],
    ['${path%nothing}', '/a/b/c.tar.gz'],
    ['${path/a/X}', '/X/b/c.tar.gz'],
    ['${path//a/X}', '/X/b/c.tXr.gz'],
    ['${path//[a-z]/X}', '/a/b/c.tar.gz'],
    ['${path//\\//-}', '-a-b-c.tar.gz'],
    ['${x/*/y}', 'y'],
    ['${empty/*/y}', 'y'],
    ['${x//l*/L}', 'vaL'],
    ['${two//?/-}', '---'],
    ['${x//n/-}', 'value'],
    ['${x:#v}', 'alue'],
    ['${path##*\\/}', 'c.tar.gz'],
    ['\\$x', '$x'],
    ['\\\\$x', '\\value'],
    ["'$x'", '$x'],
    ['"$x"', 'value'],
    ['"\\$x \\n \\" \\\\"', '$x \\n " \\'],
    ['a"b c"d', 'ab cd'],
    ['$', '$'],
    ['$.', '$.'],
    ['trailing\\', 'trailing'],
    ['wörld$x', 'wörldvalue'],
  ])('%s gives %s', (text, expected) => {
    expect(expandWord(text, { variables })).toBe(expected);
  });

  test.each([
    ['${unset:?}', 'unset: is not allowed to be unset'],
    ['${unset?say so}', 'unset: say so'],
    ['${empty:?}', 'empty: is not allowed to be empty'],
    ['${x', "syntax error: missing '}'"],
    ['${', "syntax error: missing '}'"],
    ['${x:-a', "syntax error: missing '}'"],
    ['${}', 'syntax error: bad substitution'],
    ['${:x}', 'syntax error: bad substitution'],
    ['${path%\\.*}', "invalid pattern (\\.*) in substitution: invalid escape '\\.'"],
    ['${x!y}', 'unsupported modifier (!) in substitution'],
    ['${x:=y}', 'unsupported modifier (:=) in substitution'],
    ['"$x', 'unexpected end of statement while looking for matching double-quote'],
    ["'$x", 'unexpected end of statement while looking for matching single-quote'],
  ])('%s fails: %s', (text, reason) => {
    expect(() => expandWord(text, { variables })).toThrow(`failed to process ${JSON.stringify(text)}: ${reason}`);
  });

  test('the escape directive changes what escapes', () => {
    expect(expandWord('`$x\\$x', { variables, escape: '`' })).toBe('$x\\value');
  });

  test('heredoc lines keep their quotes', () => {
    expect(expandWord('a="$x" \\$x\n', { variables, keepQuotes: true })).toBe('a="value" $x\n');
  });

  test('for showing, only variables that are set change', () => {
    const text = 'a \'$x\' "$x \\"" \\$x $x ${x} $nope ${nope:-d} ${x%e}';
    expect(expandWord(text, { variables, display: true })).toBe(
      'a \'$x\' "value \\"" \\$x value value $nope ${nope:-d} valu',
    );
  });

  test('tells of each variable, but not of one with a default', () => {
    const seen: [string, boolean][] = [];
    expandWord('$x ${nope} ${dflt:-1}', { variables, onVariable: (name, set) => seen.push([name, set]) });
    expect(seen).toEqual([
      ['x', true],
      ['nope', false],
    ]);
  });

  test('a pattern of many stars takes no exponential time', () => {
    const long = new Map([['x', 'a'.repeat(2000)]]);
    expect(expandWord(`\${x##${'*a'.repeat(30)}b}`, { variables: long })).toBe('a'.repeat(2000));
  });
});

test('expandWords splits what was not quoted', () => {
  expect(expandWords('$two "$two" c', { variables })).toEqual(['a', 'b', 'a b', 'c']);
  expect(expandWords('"" $unset a""b', { variables })).toEqual(['ab']);
});
