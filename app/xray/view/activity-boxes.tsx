'use client';

import { type CSSProperties, useEffect, useRef } from 'react';
import { layerNews } from '../model/announce-build.ts';
import type { Layer } from '../model/picture.ts';
import type { PendingBox, UnfinishedBox } from '../model/placement.ts';
import { isPresent, type MovingLayer } from '../model/transfer.ts';
import { select } from '../xray-store.ts';

/** Brings to sight what the picture has news of, and moves nothing that is in sight. */
export const NEAREST = { block: 'nearest', inline: 'nearest' } as const;

/** What the newest build or transfer did for a layer: Docker's words, `CACHED` with one blink, or why it was built. */
export function LayerNews({ layer }: { readonly layer: Layer }) {
  const { built, moving } = layer;
  const cached = !moving && built?.step.state === 'cached';
  return (
    <>
      <span className="layer-built" data-cached={cached}>
        {layerNews(layer)}
      </span>
      {cached && <span key={built.build} className="layer-blink" />}
    </>
  );
}

/** How much of a layer has come or gone, in bytes, until all of it has. One that was there already is not filled. */
export function LayerFill({ moving }: { readonly moving: MovingLayer }) {
  if (isPresent(moving) || moving.moved >= moving.size) return null;
  return <span className="layer-fill" style={{ width: `${(100 * moving.moved) / moving.size}%` }} />;
}

/** Where something ends that is no image. */
export function UnfinishedView({ box, style }: { readonly box: UnfinishedBox; readonly style: CSSProperties }) {
  const { what, pole, height } = box;
  const line = (
    <span className="flag-line">
      <span className="flag-cloth">
        <span className="flag-name">{what.name}</span>
      </span>
      <span className="flag-id">{what.note}</span>
    </span>
  );
  return (
    <div className="flag" data-unfinished={true} style={style} title={`${what.name}: ${what.note}`}>
      <span className="flag-pole" style={{ height: height + pole }} />
      {what.kind === 'stage' ? (
        <button type="button" onClick={() => select({ kind: 'build' })}>
          {line}
        </button>
      ) : (
        line
      )}
    </div>
  );
}

/** A step that is under way, or has failed: it has no layer. */
export function PendingView({ box, style }: { readonly box: PendingBox; readonly style: CSSProperties }) {
  const { step } = box;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current?.scrollIntoView(NEAREST);
  }, []);
  const failed = step.state === 'failed';
  const words = failed ? `failed, line ${step.lines[0]}` : `running${step.reason ? `: ${step.reason}` : ''}`;
  return (
    <button
      ref={button}
      type="button"
      className="layer pending"
      data-failed={failed}
      style={style}
      title={`${step.text}, ${words}`}
      aria-label={`Step ${step.text}, ${words}`}
      onClick={() => select({ kind: 'build' })}
    >
      <span className="layer-text">
        <span className="layer-label">{step.text}</span>
        <span className="layer-built">{words}</span>
      </span>
    </button>
  );
}
