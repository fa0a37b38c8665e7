'use client';

import { type CSSProperties, useEffect, useRef } from 'react';
import { stepWords } from '../model/announce-build.ts';
import { buildName } from '../model/build.ts';
import type { BuiltStep } from '../model/picture.ts';
import type { PendingBox, StageBox } from '../model/placement.ts';
import { select, useXray } from '../xray-store.ts';

/** Brings to sight what the picture has news of, and moves nothing that is in sight. */
export const NEAREST = { block: 'nearest', inline: 'nearest' } as const;

export const builtWords = ({ step }: BuiltStep): string => stepWords(step, { kind: 'running' });

/** What the newest build did for a layer: `CACHED`, with one blink, or why it was built. */
export function BuiltMark({ built }: { readonly built: BuiltStep }) {
  const cached = built.step.state === 'cached';
  return (
    <>
      <span className="layer-built" data-cached={cached}>
        {builtWords(built)}
      </span>
      {cached && <span key={built.build} className="layer-blink" />}
    </>
  );
}

/** Where a stage stands that is no image. */
export function StageView({ box, style }: { readonly box: StageBox; readonly style: CSSProperties }) {
  const build = useXray((state) => state.build);
  const { stage, pole, height } = box;
  const name = stage.target && build ? buildName(build) : `stage ${stage.name}`;
  return (
    <div className="flag" data-stage={true} style={style}>
      <span className="flag-pole" style={{ height: height + pole }} />
      <button type="button" title={`${name}: ${noImage(stage.target)}`} onClick={() => select({ kind: 'build' })}>
        <span className="flag-line">
          <span className="flag-cloth">
            <span className="flag-name">{name}</span>
          </span>
          <span className="flag-id">{build?.outcome.kind === 'running' ? 'being built' : noImage(stage.target)}</span>
        </span>
      </button>
    </div>
  );
}

const noImage = (target: boolean): string => (target ? 'not built' : 'in the build cache only');

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
