import type * as Monaco from 'monaco-editor';
import type { BaseImage } from '../../../engine/dockerfile/index.ts';
import { xrayStore } from '../../xray/xray-store.ts';
import { type Finding, findingsIn, textIn } from './checks.ts';
import { fixFor } from './fixes.ts';
import { DOCKERFILE } from './language.ts';

/** Typing is looked at when it has paused for this long. */
const CHECK_AFTER_MS = 250;
const OWNER = 'dockerfile';

/** Puts what the build checks find under the text of every Dockerfile, with a fix where there is one. */
export function markDockerfiles(monaco: typeof Monaco): Monaco.IDisposable {
  const findings = new WeakMap<Monaco.editor.ITextModel, readonly Finding[]>();
  const timers = new Map<Monaco.editor.ITextModel, ReturnType<typeof setTimeout>>();

  const check = (model: Monaco.editor.ITextModel) => {
    if (model.isDisposed()) return;
    const found = findingsIn(model.getValue(), { base });
    findings.set(model, found);
    monaco.editor.setModelMarkers(
      model,
      OWNER,
      found.map((finding) => markerOf(monaco, finding)),
    );
  };
  const soon = (model: Monaco.editor.ITextModel) => {
    clearTimeout(timers.get(model));
    timers.set(model, setTimeout(check, CHECK_AFTER_MS, model));
  };
  const follow = (model: Monaco.editor.ITextModel) => {
    if (model.getLanguageId() !== DOCKERFILE) return;
    check(model);
    const changes = model.onDidChangeContent(() => soon(model));
    model.onWillDispose(() => {
      changes.dispose();
      clearTimeout(timers.get(model));
      timers.delete(model);
    });
  };

  const created = monaco.editor.onDidCreateModel(follow);
  for (const model of monaco.editor.getModels()) follow(model);
  // Which variables are set depends on the base images that are here.
  const stopFacts = xrayStore.subscribe(({ facts }, before) => {
    if (facts?.images === before.facts?.images) return;
    for (const model of monaco.editor.getModels()) if (findings.has(model)) soon(model);
  });
  const actions = monaco.languages.registerCodeActionProvider(DOCKERFILE, {
    provideCodeActions: (model, _range, { markers }) => ({
      actions: markers.flatMap((marker) => fixesOf(monaco, model, marker, findings.get(model) ?? [])),
      dispose: () => undefined,
    }),
  });
  return {
    dispose() {
      created.dispose();
      actions.dispose();
      stopFacts();
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** A base image that the engine has. */
function base(image: string): BaseImage | undefined {
  const names = [image, `${image}:latest`];
  const found = xrayStore.getState().facts?.images.find(({ tags }) => tags.some((tag) => names.includes(tag)));
  return found && { variables: found.variables };
}

function markerOf(monaco: typeof Monaco, { severity, message, range, rule }: Finding): Monaco.editor.IMarkerData {
  return {
    severity: severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
    message,
    startLineNumber: range.start.line,
    startColumn: range.start.column,
    endLineNumber: range.end.line,
    endColumn: range.end.column,
    ...(rule && { code: { value: rule.name, target: monaco.Uri.parse(rule.url) } }),
  };
}

function fixesOf(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  marker: Monaco.editor.IMarkerData,
  findings: readonly Finding[],
): readonly Monaco.languages.CodeAction[] {
  const text = model.getValue();
  return findings.flatMap((finding) => {
    const { startLineNumber, startColumn, message } = markerOf(monaco, finding);
    const same = startLineNumber === marker.startLineNumber && startColumn === marker.startColumn;
    const fix = same && message === marker.message ? fixFor(finding, textIn(text, finding.range)) : null;
    if (!fix) return [];
    const textEdit = { range: monaco.Range.lift(marker), text: fix.text };
    const edit = { resource: model.uri, textEdit, versionId: model.getVersionId() };
    return [{ title: fix.title, kind: 'quickfix', isPreferred: true, diagnostics: [marker], edit: { edits: [edit] } }];
  });
}
