'use client';

import { type ReactNode, useEffect } from 'react';
import type { WorkspaceFile } from '../../lessons/load.ts';
import { Editor } from '../editor/editor.tsx';
import { startEngine } from '../engine/engine-store.ts';
import { labHost } from '../engine/lab-host.ts';
import type { LabAssets } from '../lessons/lab.ts';
import { Terminal } from '../terminal/terminal.tsx';
import { XrayLoader } from '../xray/view/xray-loader.tsx';
import { CrashBanner } from './crash-banner.tsx';
import { Header } from './header.tsx';
import { useLayout } from './layout-store.ts';

import { RegionBar, UpperTabs } from './region-tabs.tsx';
import { Separator } from './separator.tsx';
import { SIZES_SCRIPT } from './sizes.ts';
import { StatusBar } from './status-bar.tsx';
import { followTerminalKey } from './terminal-key.ts';

export interface PlayerProps {
  readonly title: string;
  readonly order: number;
  /** The workspace file to show first. */
  readonly open: string;
  readonly workspace: readonly WorkspaceFile[];
  readonly assets: LabAssets;
  /** The lesson's text. */
  readonly children: ReactNode;
}

/** The lesson page: text, editor, terminal and picture around one engine. */
export function Player({ title, order, open, workspace, assets, children }: PlayerProps) {
  // While rendering, not in an effect: where no boot script ran, the engine starts beside hydration. It is idempotent.
  if (typeof window !== 'undefined') void startEngine(() => labHost({ assets, workspace }));
  const region = useLayout((state) => state.region);
  const upper = useLayout((state) => state.upper);

  useEffect(followTerminalKey, []);

  return (
    <div className="player" data-region={region} data-upper={upper}>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own constant, run before the first paint */}
      <script dangerouslySetInnerHTML={{ __html: SIZES_SCRIPT }} />
      <Header title={title} order={order} />
      <CrashBanner />
      <main className="regions">
        <section aria-label="Lesson" className="region region-lesson" id="lesson">
          {/* biome-ignore lint/a11y/useSemanticElements: no form, so no fieldset */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it takes the focus */}
          <div className="region-scroll" tabIndex={0} role="group" aria-label="Lesson text">
            {children}
            <noscript>
              <p className="noscript">
                The lesson can be read without JavaScript. The editor, the terminal and the X-ray need it.
              </p>
            </noscript>
          </div>
        </section>
        <Separator divider="lesson" label="Width of the lesson" orientation="vertical" />
        <UpperTabs />
        <section aria-label="Editor" className="region region-editor" id="editor">
          <Editor initial={workspace} open={open} monaco={assets.monaco} />
        </section>
        <Separator divider="upper" label="Height of the editor" orientation="horizontal" />
        <section aria-label="Terminal" className="region region-terminal" id="terminal">
          <Terminal />
        </section>
        <Separator divider="xray" label="Width of the X-ray" orientation="vertical" inverted />
        <section aria-label="X-ray" className="region region-xray" id="xray">
          <XrayLoader />
        </section>
      </main>
      <StatusBar />
      <RegionBar />
    </div>
  );
}
