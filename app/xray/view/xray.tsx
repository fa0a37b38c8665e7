'use client';

import { useEffect, useMemo } from 'react';
import { useEngine } from '../../engine/engine-store.ts';
import { buildPicture, isEmpty } from '../model/picture.ts';
import { watchEngine } from '../watch.ts';
import { dismissBuild, publishBuild, publishFacts, publishTransfer, useXray, xrayStore } from '../xray-store.ts';
import { BuildStrip } from './build-strip.tsx';
import { EmptyPicture, WaitingPicture } from './empty.tsx';
import { Inspector } from './inspector.tsx';
import { PictureView } from './picture-view.tsx';
import { TreeView } from './tree-view.tsx';

/** The X-ray: one picture of what the engine holds. */
export function Xray() {
  const engine = useEngine((state) => state.engine);
  const facts = useXray((state) => state.facts);
  const view = useXray((state) => state.view);
  const news = useXray((state) => state.news);
  const build = useXray((state) => state.build);
  const transfer = useXray((state) => state.transfer);
  const buildNews = useXray((state) => state.buildNews);
  const picture = useMemo(() => (facts ? buildPicture(facts, { build, transfer }) : null), [facts, build, transfer]);

  useEffect(() => {
    if (!engine) return;
    const controller = new AbortController();
    const listener = { facts: publishFacts, build: publishBuild, transfer: publishTransfer, cachePruned: dismissBuild };
    watchEngine(engine, listener, controller.signal);
    return () => controller.abort();
  }, [engine]);

  const empty = picture !== null && isEmpty(picture);
  return (
    <>
      <div className="region-head">
        <h2 className="region-title">X-ray</h2>
        <fieldset className="segments" aria-label="Show the X-ray as">
          {(['layers', 'text'] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={view === name}
              onClick={() => xrayStore.setState({ view: name })}
            >
              {name === 'layers' ? 'Layers' : 'Text'}
            </button>
          ))}
        </fieldset>
      </div>
      <BuildStrip />
      <p className="sr-only" role="status" data-count={buildNews.count}>
        {buildNews.text}
      </p>
      <div className="xray-body">
        {!picture && <WaitingPicture />}
        {empty && <EmptyPicture />}
        {picture && !empty && (view === 'layers' ? <PictureView picture={picture} /> : <TreeView picture={picture} />)}
      </div>
      <p className="xray-news" role="status" data-count={news.count}>
        {news.text || (picture && !empty ? 'Select a layer, image or container to inspect it.' : '')}
      </p>
      <Inspector picture={picture} />
    </>
  );
}
