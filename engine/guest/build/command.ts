import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Something needed from the system is missing; the message names the command that brings it. */
export class MissingToolError extends Error {
  override readonly name = 'MissingToolError';
  readonly tools: readonly string[];
  constructor(tools: readonly string[], packages: readonly string[]) {
    super(`missing ${tools.join(', ')}: run \`apt-get install ${packages.join(' ')}\``);
    this.tools = tools;
  }
}

/** Debian packages of the tools that building the guest and the base images runs. */
const packageOf = {
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  'i686-linux-gnu-gcc': 'gcc-i686-linux-gnu',
  make: 'make',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  gcc: 'gcc',
  tar: 'tar',
  xz: 'xz-utils',
  zstd: 'zstd',
  '/usr/bin/python3.11': 'python3.11-minimal',
} as const;
export type Tool = keyof typeof packageOf;

/** @throws MissingToolError naming every missing tool at once */
export async function requireTools(...tools: readonly Tool[]): Promise<void> {
  const missing: Tool[] = [];
  for (const tool of tools) if (!(await onPath(tool))) missing.push(tool);
  if (missing.length > 0) throw new MissingToolError(missing, [...new Set(missing.map((tool) => packageOf[tool]))]);
}

async function onPath(tool: string): Promise<boolean> {
  if (isAbsolute(tool)) return isExecutable(tool);
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    if (await isExecutable(join(directory, tool))) return true;
  }
  return false;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program and gives its standard output. Rejects with the end of what it wrote if it fails. */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let all = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
      all = (all + data).slice(-4000);
    });
    child.stderr.on('data', (data: Buffer) => {
      all = (all + data).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ${args.slice(0, 3).join(' ')} ended with ${code}:\n${all.trim()}`));
    });
  });
}
