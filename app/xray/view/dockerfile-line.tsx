'use client';

import { useWorkspace, workspaceStore } from '../../editor/workspace-store.ts';
import { showRegion } from '../../player/layout-store.ts';
import { linkOfLayer } from '../model/lines.ts';
import { useXray, xrayStore } from '../xray-store.ts';

/** Whether a build of this page has told which line the layer came with. */
export function hasLine(layerKey: string): boolean {
  return [...xrayStore.getState().builtLines.values()].some((links) => linkOfLayer(links, layerKey));
}

/** The line of a Dockerfile that a layer came with: a way to it, as long as that Dockerfile is still in the editor. */
export function DockerfileLine({ layerKey }: { readonly layerKey: string }) {
  const builtLines = useXray((state) => state.builtLines);
  const files = useWorkspace((state) => state.files);
  const texts = [...builtLines].reverse().flatMap(([text, links]) => {
    const link = linkOfLayer(links, layerKey);
    return link ? [{ text, line: link.lines[0] }] : [];
  });
  for (const { text, line } of texts) {
    const file = files.find((other) => other.text === text);
    if (!file) continue;
    const show = () => {
      workspaceStore.setState({ open: file.path });
      showRegion('editor');
    };
    return (
      <button type="button" className="link" onClick={show}>
        {file.path}, line {line}
      </button>
    );
  }
  return <>line {texts[0]?.line} of a Dockerfile that has changed since it was built</>;
}
