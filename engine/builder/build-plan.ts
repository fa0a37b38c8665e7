import type { Dockerfile, Stage, StageInstruction } from '../dockerfile/index.ts';
import type { BuildPlan, PlannedInstruction } from './progress.ts';
import { makesLayer, neededStages, type StageGraph, type StageSource } from './stage-graph.ts';

/** Each instruction's place among all of the Dockerfile, from 1, as the classic builder counts them. */
export function numberInstructions(dockerfile: Dockerfile): ReadonlyMap<StageInstruction | Stage['from'], number> {
  const before = dockerfile.globalArgs.length;
  const all = dockerfile.stages.flatMap(({ from, instructions }) => [from, ...instructions]);
  return new Map(all.map((instruction, index) => [instruction, before + index + 1]));
}

/** What a build tells of its Dockerfile before it begins. */
export function describePlan(
  dockerfile: Dockerfile,
  graph: StageGraph,
  source: { readonly name: string; readonly text: string },
): BuildPlan {
  const numbers = numberInstructions(dockerfile);
  const needed = new Set(neededStages(graph));
  const describe = (instruction: StageInstruction | Stage['from']): PlannedInstruction => ({
    number: numbers.get(instruction) ?? 0,
    text: instruction.node.text,
    lines: [instruction.range.start.line, instruction.range.end.line],
    makesLayer: instruction.kind !== 'FROM' && makesLayer(instruction),
  });
  const stages = graph.stages.map((planned) => ({
    name: stageName(planned.stage),
    base: baseName(planned.base),
    needed: needed.has(planned),
    target: planned === graph.target,
    instructions: [planned.stage.from, ...planned.stage.instructions].map(describe),
  }));
  return { dockerfile: source, stages };
}

function stageName({ name, index }: Stage): string {
  return name ?? `stage-${index}`;
}

function baseName(base: StageSource): string {
  switch (base.kind) {
    case 'stage':
      return stageName(base.stage);
    case 'image':
      return base.reference;
    case 'context':
      return base.name;
    case 'scratch':
      return 'scratch';
  }
}
