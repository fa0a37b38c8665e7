import type { ComponentType } from 'react';
import * as React from 'react';
import * as runtime from 'react/jsx-runtime';
import { Compare, Look, Step } from './parts.tsx';
import { Run } from './run.tsx';

const PARTS = { Compare, Look, Run, Step } as const;

/** What MDX hands a lesson's body: components by name. */
type LessonBody = ComponentType<{ readonly components: typeof PARTS }>;

/**
 * A lesson as static elements. mdx-bundler's own client would bring a second React, so its output is evaluated here;
 * it only ever runs while the site is built, on lessons of this repository.
 */
export function LessonContent({ code }: { readonly code: string }) {
  const evaluate = new Function('React', '_jsx_runtime', code);
  const { default: Body } = evaluate(React, runtime) as { readonly default: LessonBody };
  return <Body components={PARTS} />;
}
