import type * as Monaco from 'monaco-editor';
import type { MonacoAssets } from '../lessons/lab.ts';
import { currentTheme, onThemeChange } from '../ui/theme.ts';
import { readTokens } from '../ui/tokens.ts';
import { showBuiltLines } from './dockerfile/built-lines.ts';
import { DOCKERFILE, registerDockerfile } from './dockerfile/language.ts';
import { markDockerfiles } from './dockerfile/markers.ts';
import { type EditorFile, findFile, workspaceStore } from './workspace-store.ts';
import { edit, save } from './workspace-sync.ts';

/** The editor on the page, following the workspace store until it is disposed of. */
export interface CodeEditor {
  dispose(): void;
}

let loading: Promise<typeof Monaco> | null = null;

/** Fetches Monaco once: it is a bundle of its own (scripts/site/monaco.ts), so that the site's stays small. */
function loadMonaco(assets: MonacoAssets): Promise<typeof Monaco> {
  loading ??= (async () => {
    self.MonacoEnvironment = { getWorker: () => new Worker(assets.worker, { type: 'module', name: 'monaco' }) };
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = assets.style;
    const styled = new Promise<void>((resolve, reject) => {
      style.onload = () => resolve();
      style.onerror = () => reject(new Error(`could not fetch ${assets.style}`));
    });
    document.head.append(style);
    const [monaco] = await Promise.all([
      import(/* webpackIgnore: true */ /* turbopackIgnore: true */ assets.script) as Promise<typeof Monaco>,
      styled,
    ]);
    registerDockerfile(monaco);
    return monaco;
  })();
  return loading;
}

/** @throws if Monaco cannot be fetched. */
export async function openEditor(parent: HTMLElement, assets: MonacoAssets): Promise<CodeEditor> {
  const monaco = await loadMonaco(assets);
  applyTheme(monaco);
  const editor = monaco.editor.create(parent, {
    model: null,
    automaticLayout: true,
    ariaLabel: 'Workspace file',
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-code'),
    fontSize: 13,
    lineHeight: 20,
    lineNumbersMinChars: 3,
    lineDecorationsWidth: 8,
    folding: false,
    glyphMargin: false,
    minimap: { enabled: false },
    overviewRulerLanes: 0,
    hover: { above: false },
    lightbulb: { enabled: monaco.editor.ShowLightbulbIconMode.Off },
    hideCursorInOverviewRuler: true,
    padding: { top: 8, bottom: 8 },
    quickSuggestions: false,
    wordBasedSuggestions: 'off',
    renderLineHighlight: 'line',
    scrollBeyondLastLine: false,
    smoothScrolling: false,
    fixedOverflowWidgets: true,
    wordWrap: 'on',
  });

  const documents = new Documents(monaco);
  const additions = [markDockerfiles(monaco), showBuiltLines(monaco, editor)];
  const show = () => {
    const file = findFile(workspaceStore.getState().open);
    const model = file ? documents.take(file) : null;
    if (editor.getModel() !== model) editor.setModel(model);
  };
  const stopStore = workspaceStore.subscribe(show);
  show();
  editor.onDidChangeModelContent((event) => {
    const path = documents.pathOf(editor.getModel());
    // A flush is the store's own text being put in.
    if (path !== null && !event.isFlush) edit(path, editor.getValue());
  });
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => {
    const path = documents.pathOf(editor.getModel());
    if (path !== null) void save(path);
  });
  const stopTheme = onThemeChange(() => applyTheme(monaco));

  return {
    dispose() {
      stopStore();
      stopTheme();
      for (const addition of additions) addition.dispose();
      editor.dispose();
      documents.dispose();
    },
  };
}

/** One Monaco model for each file, so that each keeps its undo history. */
class Documents {
  readonly #monaco: typeof Monaco;
  readonly #models = new Map<string, { readonly model: Monaco.editor.ITextModel; revision: number }>();

  constructor(monaco: typeof Monaco) {
    this.#monaco = monaco;
  }

  /** The model of a text file, with the engine's text if that is newer; null for other files. */
  take(file: EditorFile): Monaco.editor.ITextModel | null {
    if (file.text === null) return null;
    const known = this.#models.get(file.path);
    if (known) {
      if (known.revision !== file.revision && !file.unsaved) {
        known.revision = file.revision;
        if (known.model.getValue() !== file.text) known.model.setValue(file.text);
      }
      return known.model;
    }
    const model = this.#monaco.editor.createModel(
      file.text,
      languageOf(file.path),
      this.#monaco.Uri.from({ scheme: 'workspace', path: `/${file.path}` }),
    );
    this.#models.set(file.path, { model, revision: file.revision });
    return model;
  }

  pathOf(model: Monaco.editor.ITextModel | null): string | null {
    return [...this.#models].find(([, known]) => known.model === model)?.[0] ?? null;
  }

  dispose(): void {
    for (const { model } of this.#models.values()) model.dispose();
    this.#models.clear();
  }
}

/** Undefined lets Monaco decide by the name. */
function languageOf(path: string): string | undefined {
  const name = path.split('/').at(-1) ?? path;
  if (/^(.*\.)?dockerfile(\..*)?$/i.test(name)) return DOCKERFILE;
  if (name === '.dockerignore' || name.endsWith('.env')) return 'shell';
  return undefined;
}

function applyTheme(monaco: typeof Monaco): void {
  const tokens = readTokens([
    'panel',
    'ink',
    'muted',
    'line',
    'raised',
    'accent',
    'good',
    'warn',
    'bad',
    'line-strong',
  ]);
  const dark = currentTheme() === 'dark';
  const bare = (colour: string) => colour.slice(1);
  monaco.editor.defineTheme('drydock', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: bare(tokens.ink) },
      { token: 'keyword', foreground: bare(tokens.accent), fontStyle: 'bold' },
      { token: 'string', foreground: bare(tokens.good) },
      { token: 'variable', foreground: bare(tokens.warn) },
      { token: 'attribute.name', foreground: bare(tokens.warn) },
      { token: 'type', foreground: bare(tokens.warn) },
      { token: 'comment', foreground: bare(tokens.muted), fontStyle: 'italic' },
      { token: 'delimiter', foreground: bare(tokens.muted) },
    ],
    colors: {
      'editor.background': tokens.panel,
      'editor.foreground': tokens.ink,
      'editor.lineHighlightBackground': tokens.raised,
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': `${tokens.accent}44`,
      'editorCursor.foreground': tokens.accent,
      'editorLineNumber.foreground': tokens.muted,
      'editorLineNumber.activeForeground': tokens.ink,
      'editorWidget.background': tokens.panel,
      'editorWidget.border': tokens.line,
      focusBorder: tokens.accent,
      'scrollbarSlider.background': `${tokens.muted}44`,
      'scrollbarSlider.hoverBackground': `${tokens.muted}77`,
      'editorGutter.background': tokens.panel,
      'editorError.foreground': tokens.bad,
      'editorWarning.foreground': tokens.warn,
      'editorHoverWidget.background': tokens.panel,
      'editorHoverWidget.foreground': tokens.ink,
      'editorHoverWidget.border': tokens['line-strong'],
      'textLink.foreground': tokens.accent,
      'textLink.activeForeground': tokens.accent,
    },
  });
  monaco.editor.setTheme('drydock');
}
