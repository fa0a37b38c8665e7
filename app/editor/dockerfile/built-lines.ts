import type * as Monaco from 'monaco-editor';
import { humanSize, plural } from '../../ui/words.ts';
import { stepWords } from '../../xray/model/announce-build.ts';
import { type LineLink, linkAtLine, linkOfLayer } from '../../xray/model/lines.ts';
import { light, xrayStore } from '../../xray/xray-store.ts';

const OWNER = 'build';

/**
 * Ties the lines of a Dockerfile to the layers that they have become: the line that the learner goes to lights its
 * layer in the picture, and a layer that is chosen there marks its line. Only while the text is the one that was built.
 */
export function showBuiltLines(monaco: typeof Monaco, editor: Monaco.editor.IStandaloneCodeEditor): Monaco.IDisposable {
  const decorations = editor.createDecorationsCollection();
  /** The line that the learner has gone to; null while they are elsewhere. */
  let line: number | null = null;
  let revealed = '';

  const update = () => {
    const model = editor.getModel();
    const { builtLines, selection, build } = xrayStore.getState();
    const text = model?.getValue() ?? '';
    const links = builtLines.get(text) ?? [];
    const here = line === null ? undefined : linkAtLine(links, line);
    light(here?.keys ?? []);
    const chosen = selection?.kind === 'layer' ? linkOfLayer(links, selection.key) : undefined;
    decorations.set([...(here ? [noteOf(monaco, editor, here)] : []), ...(chosen ? [lineMark(monaco, chosen)] : [])]);
    const shown = chosen ? `${chosen.lines[0]} ${selection?.kind === 'layer' ? selection.key : ''}` : '';
    if (chosen && shown !== revealed) editor.revealLinesInCenterIfOutsideViewport(...chosen.lines);
    revealed = shown;
    if (!model) return;
    const failed = build?.outcome.kind === 'failed' && build.dockerfile?.text === text ? build.outcome : null;
    const markers = failed?.lines ? [failureOf(monaco, failed.lines, failed.message, model)] : [];
    monaco.editor.setModelMarkers(model, OWNER, markers);
  };

  const listeners = [
    editor.onDidChangeCursorPosition(({ position, source }) => {
      // What the program itself does to the cursor is nobody pointing at anything.
      if (source !== 'mouse' && source !== 'keyboard') return;
      line = position.lineNumber;
      update();
    }),
    editor.onDidBlurEditorText(() => {
      line = null;
      update();
    }),
    editor.onDidChangeModel(() => {
      line = null;
      update();
    }),
    editor.onDidChangeModelContent(update),
  ];
  const stopStore = xrayStore.subscribe((now, before) => {
    const same =
      now.builtLines === before.builtLines && now.selection === before.selection && now.build === before.build;
    if (!same) update();
  });
  update();
  return {
    dispose() {
      stopStore();
      for (const listener of listeners) listener.dispose();
      light([]);
    },
  };
}

/** Words behind the line, for as long as the learner is on it. */
function noteOf(
  monaco: typeof Monaco,
  editor: Monaco.editor.IStandaloneCodeEditor,
  link: LineLink,
): Monaco.editor.IModelDeltaDecoration {
  const [, last] = link.lines;
  const column = editor.getModel()?.getLineMaxColumn(last) ?? 1;
  return {
    range: new monaco.Range(last, column, last, column),
    options: { after: { content: `  ${noteWords(link)}`, inlineClassName: 'line-note' }, showIfCollapsed: true },
  };
}

function noteWords({ step, keys }: LineLink): string {
  if (!step.makesLayer)
    return keys.length > 0 ? `${plural(keys.length, 'layer')} of the base image` : 'settings only, no layer';
  const size = step.bytes === undefined ? '' : `, ${humanSize(step.bytes)}`;
  return `layer ${step.layers?.length}${size}, ${stepWords(step, { kind: 'running' })}`;
}

function lineMark(monaco: typeof Monaco, { lines: [first, last] }: LineLink): Monaco.editor.IModelDeltaDecoration {
  return {
    range: new monaco.Range(first, 1, last, 1),
    options: { isWholeLine: true, className: 'line-of-layer', linesDecorationsClassName: 'line-of-layer-edge' },
  };
}

function failureOf(
  monaco: typeof Monaco,
  [first]: readonly [number, number],
  message: string,
  model: Monaco.editor.ITextModel,
): Monaco.editor.IMarkerData {
  return {
    severity: monaco.MarkerSeverity.Error,
    message: `The build failed here: ${message}`,
    startLineNumber: first,
    startColumn: model.getLineFirstNonWhitespaceColumn(first) || 1,
    endLineNumber: first,
    endColumn: model.getLineMaxColumn(first),
  };
}
