import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeEngine, runCli } from '../testing/fake-cli.ts';
import { wrap } from './wrap.ts';

const goldens = path.join(import.meta.dirname, '../testdata/help');
const nobody = fakeEngine(() => undefined);

describe('--help', () => {
  // Recorded from Docker's client 28.2.2 without a terminal, speaking API 1.50.
  it.each(readdirSync(goldens))('of %s is as Docker prints it', async (file) => {
    const words = file.replace('.txt', '').split('-');
    const { code, stdout, stderr } = await runCli([...words, '--help'], nobody);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(readFileSync(path.join(goldens, file), 'utf8'));
  });

  it('is as wide as the terminal', async () => {
    const { stdout } = await runCli(['ps', '--help'], nobody, { tty: true, columns: 200 });
    expect(stdout).toContain(
      '  -n, --last int        Show n last created containers (includes all states) (default -1)\n',
    );
  });

  it('of the whole lists every command', async () => {
    const { stdout, code } = await runCli([], nobody);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage:  docker [OPTIONS] COMMAND\n');
    expect(stdout).toContain('\n  exec        Execute a command in a running container\n');
    expect(stdout).toContain('\nManagement Commands:\n  builder     Manage builds\n');
  });

  it('of a group goes to stderr when a command was wanted', async () => {
    const missing = await runCli(['image'], nobody);
    const asked = await runCli(['image', '--help'], nobody);
    expect([missing.code, missing.stdout, missing.stderr]).toEqual([0, '', asked.stdout]);
    expect(asked.stdout).toContain("Run 'docker image COMMAND --help' for more information on a command.\n");
  });
});

describe('wrap', () => {
  it('breaks at blanks and indents', () => {
    expect(wrap(4, 40, 'one two three four five six seven eight nine ten')).toBe(
      'one two three four five six\n    seven eight nine ten',
    );
  });

  it('lets the last words go over rather than stand alone', () => {
    // 36 columns less a slop of 5 would break before "end".
    expect(wrap(4, 40, 'aaaaaaaaa bbbbbbbbb ccccccccc end')).toBe('aaaaaaaaa bbbbbbbbb ccccccccc end');
  });

  it('moves below the flag when there is no room beside it', () => {
    expect(wrap(30, 50, 'short text')).toBe('\n                short text');
  });
});
