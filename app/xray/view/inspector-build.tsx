'use client';

import { stepWords } from '../model/announce-build.ts';
import { type BuildFact, buildName, type StageFact, type StepFact } from '../model/build.ts';
import { layerKey } from '../model/draft.ts';
import { select } from '../xray-store.ts';

export function buildDetails(build: BuildFact) {
  return { title: `Build of ${buildName(build)}`, body: <BuildStages build={build} /> };
}

/** The stages of a build side by side, each with its steps. */
function BuildStages({ build }: { readonly build: BuildFact }) {
  return (
    <div className="build-stages">
      {build.stages.map((stage) => (
        <Stage key={stage.name} stage={stage} build={build} />
      ))}
    </div>
  );
}

function Stage({ stage, build }: { readonly stage: StageFact; readonly build: BuildFact }) {
  const { name, base, needed, steps, target } = stage;
  const only = build.stages.length === 1;
  return (
    <section className="build-stage" data-needed={needed} aria-label={only ? 'Steps' : `Stage ${name}`}>
      {!only && (
        <h4>
          {name} <span>{target ? 'becomes the image' : `on ${shortBase(base)}`}</span>
        </h4>
      )}
      {!needed && <p>Not built: nothing that was asked for needs it.</p>}
      {needed && (
        <ol>
          {steps.map((step) => (
            <Step key={step.number} step={step} build={build} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Step({ step, build }: { readonly step: StepFact; readonly build: BuildFact }) {
  const { layers, makesLayer, lines, text, seconds, state, output } = step;
  const words = stepWords(step, build.outcome);
  const content = (
    <>
      <span className="build-step-line">
        <span className="sr-only">Line </span>
        {lines[0]}
      </span>
      <code>{text}</code>
      <span className="build-step-words" data-state={state}>
        {words}
        {makesLayer && state === 'done' && seconds !== undefined && `, ${seconds.toFixed(1)} s`}
      </span>
    </>
  );
  return (
    <li data-state={state}>
      {makesLayer && layers ? (
        <button type="button" className="build-step" onClick={() => select({ kind: 'layer', key: layerKey(layers) })}>
          {content}
        </button>
      ) : (
        <div className="build-step">{content}</div>
      )}
      {output && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <pre tabIndex={0}>{output}</pre>
      )}
    </li>
  );
}

/** `docker.io/library/alpine:latest` as it is written in a Dockerfile. */
const shortBase = (base: string): string => base.replace(/^docker\.io\/(library\/)?/, '');
