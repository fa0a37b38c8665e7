'use client';

import { CheckIcon, CrossIcon, HammerIcon, WarningIcon } from '../../ui/icons.tsx';
import { stepCounts } from '../model/announce-build.ts';
import { type BuildFact, buildName, failedStep } from '../model/build.ts';
import { dismissBuild, select, useXray } from '../xray-store.ts';

/** The newest build in a line or two, above the picture. A failure stays until the next build, or is put away. */
export function BuildStrip() {
  const build = useXray((state) => state.build);
  const shown = useXray((state) => state.selection?.kind === 'build');
  if (!build) return null;
  const { kind } = build.outcome;
  return (
    <section className="build-strip" aria-label="Newest build" data-outcome={kind}>
      <StripIcon outcome={kind} />
      <div className="build-strip-words">
        <StripWords build={build} />
      </div>
      {build.stages.length > 0 && (
        <button
          type="button"
          className="build-strip-button"
          aria-pressed={shown}
          onClick={() => select(shown ? null : { kind: 'build' })}
        >
          Steps
        </button>
      )}
      {kind !== 'running' && (
        <button
          type="button"
          className="build-strip-button"
          aria-label="Put the build away"
          title="Put the build away"
          onClick={dismissBuild}
        >
          <CrossIcon />
        </button>
      )}
    </section>
  );
}

function StripIcon({ outcome }: { readonly outcome: BuildFact['outcome']['kind'] }) {
  if (outcome === 'done') return <CheckIcon />;
  return outcome === 'running' ? <HammerIcon /> : <WarningIcon />;
}

function StripWords({ build }: { readonly build: BuildFact }) {
  const { outcome, stages } = build;
  const spare = stages.filter(({ needed }) => !needed).map(({ name }) => name);
  const unbuilt = spare.length > 0 && <span>{spare.join(', ')} not needed, so not built</span>;
  switch (outcome.kind) {
    case 'running':
      return (
        <p>
          <strong>Building {buildName(build)}</strong> <Current build={build} />
        </p>
      );
    case 'canceled':
      return (
        <p>
          <strong>Build of {buildName(build)} canceled</strong>
        </p>
      );
    case 'done':
      return (
        <p>
          <strong>Built {buildName(build)}</strong> <span>{stepCounts(build)}</span> {unbuilt}
        </p>
      );
    case 'failed':
      return (
        <>
          <p>
            <strong>
              Build failed{outcome.lines && ` on line ${outcome.lines[0]}`}
              {failedStep(build) && ':'}
            </strong>{' '}
            <code>{failedStep(build)?.text}</code>
          </p>
          <p className="build-strip-error">{outcome.message}</p>
        </>
      );
  }
}

function Current({ build }: { readonly build: BuildFact }) {
  const running = build.stages.flatMap(({ steps }) => steps).filter(({ state }) => state === 'running');
  return <code>{running.map(({ text }) => text).join('  ')}</code>;
}
