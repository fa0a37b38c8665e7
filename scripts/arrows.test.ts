import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** Who may import whom: the map of ARCHITECTURE.md. A folder may always import itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'engine/files': [],
  'engine/stores': [],
  'engine/events': [],
  'engine/dockerfile': [],
  'engine/image': ['engine/files', 'engine/stores', 'engine/events'],
  'engine/machine': ['engine/files'],
  'engine/builder': ['engine/dockerfile', 'engine/files', 'engine/image', 'engine/machine/errors.ts', 'engine/stores'],
  'engine/registry': ['engine/image', 'engine/stores'],
  'engine/container': [
    'engine/api/types.ts',
    'engine/api/transport.ts',
    'engine/builder/run-step.ts',
    'engine/dockerfile',
    'engine/events',
    'engine/files',
    'engine/image',
    'engine/machine',
    'engine/stores',
  ],
  'engine/api/client': ['engine/api/types.ts', 'engine/api/transport.ts'],
  'engine/api/lab': [
    'engine/api/transport.ts',
    'engine/builder',
    'engine/files',
    'engine/machine',
    'engine/registry/transfer.ts',
  ],
  'engine/cli': [
    'engine/api/client',
    'engine/api/types.ts',
    'engine/api/transport.ts',
    'engine/files',
    'engine/dockerfile',
    'engine/builder/archive.ts',
    'engine/builder/check.ts',
    'engine/builder/dockerignore.ts',
    'engine/builder/progress.ts',
    'engine/image/reference.ts',
    'engine/image/errors.ts',
    'engine/image/platform.ts',
  ],
  app: [
    'engine/api/client',
    'engine/api/types.ts',
    'engine/api/transport.ts',
    'engine/api/lab/types.ts',
    'engine/builder/progress.ts',
    'engine/dockerfile',
    'engine/hosts/host.ts',
    'engine/hosts/guest-manifest.ts',
    'engine/hosts/worker/host.ts',
    'engine/registry/catalogue.ts',
    'lessons',
  ],
};

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'testing') yield* sources(path);
    else if (/\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name)) yield path;
  }
}

const imports = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    relative('.', join(dirname(file), path)),
  );

const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

test.each(Object.entries(ALLOWED))('%s imports only what the map allows', (folder, allowed) => {
  const wrong = [...sources(folder)]
    .filter((file) => !file.startsWith('engine/registry/images/'))
    .flatMap((file) =>
      imports(file)
        .filter((path) => ![folder, ...allowed].some((target) => within(path, target)))
        .map((path) => `${file} -> ${path}`),
    );
  expect(wrong).toEqual([]);
});
