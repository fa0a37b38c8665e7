import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** Where the editor's three files lie on the site. */
export interface MonacoManifest {
  readonly script: string;
  readonly style: string;
  readonly worker: string;
}

/** What a lesson's editor offers, of all that Monaco can. `features/*` and `languages/*` are Monaco's own names. */
const FEATURES = [
  'bracketMatching',
  'caretOperations',
  'clipboard',
  'codeAction',
  'codeEditor',
  'codicon',
  'comment',
  'contextmenu',
  'cursorUndo',
  'find',
  'folding',
  'gotoError',
  'gotoLine',
  'hover',
  'indentation',
  'lineSelection',
  'linesOperations',
  'links',
  'multicursor',
  'readOnlyMessage',
  'suggest',
  'toggleTabFocusMode',
  'unicodeHighlighter',
  'wordHighlighter',
  'wordOperations',
];
const LANGUAGES = ['ini', 'javascript', 'markdown', 'python', 'shell', 'yaml'];

const ENTRY = [
  ...FEATURES.map((name) => `import 'monaco-editor/features/${name}/register.js';`),
  ...LANGUAGES.map((name) => `import 'monaco-editor/languages/definitions/${name}/register.js';`),
  `export * from 'monaco-editor/editor/editor.api.js';`,
].join('\n');

/**
 * Bundles Monaco by itself into `public/monaco` and writes manifest.json there. It stays out of the site's own bundle:
 * it is loaded after the lesson, by URL, and its name changes only with its content.
 */
export async function buildMonaco(root: string): Promise<MonacoManifest> {
  const folder = path.join(root, 'public', 'monaco');
  await mkdir(folder, { recursive: true });
  const options = {
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    absWorkingDir: root,
    outdir: folder,
    // The icon font inside the style sheet: one request less, and no name to keep.
    loader: { '.ttf': 'dataurl' },
    logLevel: 'warning',
  } as const;
  const [editor, worker] = await Promise.all([
    build({ ...options, splitting: false, stdin: { contents: ENTRY, resolveDir: root, sourcefile: 'editor.js' } }),
    build({
      ...options,
      stdin: { contents: `import 'monaco-editor/editor/editor.worker.js';`, resolveDir: root, sourcefile: 'worker.js' },
    }),
  ]);
  const files = [
    { name: 'editor', extension: '.js', from: editor },
    { name: 'editor', extension: '.css', from: editor },
    { name: 'worker', extension: '.js', from: worker },
  ].map(({ name, extension, from }) => {
    const contents = from.outputFiles.find((file) => file.path.endsWith(extension))?.contents;
    if (!contents) throw new Error(`esbuild made no ${name}${extension} for Monaco`);
    const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10);
    return { name: `${name}-${hash}${extension}`, contents };
  });
  const [script, style, workerFile] = files.map(({ name }) => `/monaco/${name}`);
  if (!script || !style || !workerFile) throw new Error('three files expected');
  const manifest: MonacoManifest = { script, style, worker: workerFile };
  for (const old of await readdir(folder)) await rm(path.join(folder, old), { recursive: true });
  await Promise.all(files.map(({ name, contents }) => writeFile(path.join(folder, name), contents)));
  await writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
