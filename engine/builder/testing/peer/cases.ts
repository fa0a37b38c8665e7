import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A Dockerfile that both builders are given, or that is checked against what the reference says. */
export interface PeerCase {
  readonly name: string;
  /** The case's folder: `context/`, and beside it `case.json`, `prepare.sh`, `expected.txt`. */
  readonly folder: string;
  /**
   * `dockerd`: Debian's, with BuildKit. `reference`: what the result must be is in `expected.txt`, as
   * docs.docker.com/reference/dockerfile has it, because that dockerd is too old for it.
   */
  readonly peer: 'dockerd' | 'reference';
  /** For `reference`: what dockerd lacks. */
  readonly why?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly target?: string;
  /** Where the Dockerfile is in the context. */
  readonly file?: string;
  /** Lines in which the two differ on purpose, or because the peer is old: a pattern for them, and why. */
  readonly differences?: readonly { readonly lines: string; readonly why: string }[];
  /** A build that must fail: what each builder's message has in it. */
  readonly fails?: { readonly drydock: string; readonly peer?: string };
}

const FOLDER = fileURLToPath(new URL('../../testdata/peer/', import.meta.url));
/** The image that cases build on, and its context. */
export const BASE_NAME = 'lab-base';
export const BASE_FOLDER = fileURLToPath(new URL('../../testdata/peer-base/', import.meta.url));
const KEYS = ['peer', 'why', 'buildArgs', 'labels', 'target', 'file', 'differences', 'fails'];

/** @throws Error for a case whose metadata is not as {@link PeerCase} says */
export function readCases(): readonly PeerCase[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(FOLDER, name);
      const file = join(folder, 'case.json');
      const metadata: Partial<PeerCase> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
      const unknown = Object.keys(metadata).filter((key) => !KEYS.includes(key));
      if (unknown.length > 0) throw new Error(`${name}/case.json: unknown ${unknown}`);
      const { peer = 'dockerd', why } = metadata;
      if ((peer === 'reference') !== (why !== undefined))
        throw new Error(`${name}/case.json: "why" goes with "reference"`);
      return { ...metadata, name, folder, peer };
    });
}

/** Seconds since the epoch that everything in a context has, unless its `prepare.sh` says otherwise: 2020-02-02 02:02:02 UTC. */
const CONTEXT_TIME = 1580608922;

/**
 * A copy of the case's context in a new folder, its modes and times the same wherever it was checked out, made ready by
 * the case's `prepare.sh`.
 */
export function prepareContext({ folder }: PeerCase): { readonly path: string; remove(): void } {
  const work = mkdtempSync(join(tmpdir(), 'drydock-peer-context-'));
  const path = join(work, 'context');
  cpSync(join(folder, 'context'), path, { recursive: true, verbatimSymlinks: true });
  const shell = (script: string) => execFileSync('sh', ['-euc', `umask 022; ${script}`], { cwd: path });
  shell('find . -type d -exec chmod 755 {} + ; find . -type f -perm /111 -exec chmod 755 {} +');
  shell('find . -type f ! -perm /111 -exec chmod 644 {} +');
  shell(`find . -exec touch -h -d @${CONTEXT_TIME} {} +`);
  const prepare = join(folder, 'prepare.sh');
  if (existsSync(prepare)) {
    shell(
      `. "${prepare}"; touch -d @${CONTEXT_TIME} ../then; find . -newer ../then -exec touch -h -d @${CONTEXT_TIME} {} +`,
    );
  }
  return { path, remove: () => rmSync(work, { recursive: true, force: true }) };
}
