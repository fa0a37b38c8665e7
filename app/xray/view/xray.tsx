'use client';

import { useEffect, useMemo } from 'react';
import { useEngine } from '../../engine/engine-store.ts';
import { buildPicture } from '../model/picture.ts';
import { watchEngine } from '../watch.ts';
import { publishFacts, useXray, xrayStore } from '../xray-store.ts';
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
  const picture = useMemo(() => (facts ? buildPicture(facts) : null), [facts]);

  useEffect(() => {
    if (!engine) return;
    const controller = new AbortController();
    watchEngine(engine, publishFacts, controller.signal);
    return () => controller.abort();
  }, [engine]);

  const empty = facts !== null && facts.images.length === 0 && facts.containers.length === 0;
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
      <div className="xray-body">
        {!picture && <WaitingPicture />}
        {empty && <EmptyPicture />}
        {picture && !empty && (view === 'layers' ? <PictureView picture={picture} /> : <TreeView picture={picture} />)}
      </div>
      <p className="xray-news" role="status" data-count={news.count}>
        {news.text || (facts && !empty ? 'Select a layer, image or container to inspect it.' : '')}
      </p>
      <Inspector picture={picture} />
    </>
  );
}
