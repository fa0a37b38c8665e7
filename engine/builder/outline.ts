import { type Dockerfile, parseMount, type Stage } from '../dockerfile/index.ts';
import { neededStages, type StageGraph } from './stage-graph.ts';

/** What a target takes (BuildKit, frontend/subrequests/outline). */
export interface Outline {
  /** Empty for a target without a name. */
  readonly name: string;
  readonly description: string;
  readonly args: readonly { readonly name: string; readonly value: string; readonly description: string }[];
  readonly secrets: readonly { readonly name: string; readonly required: boolean }[];
}

/** A stage that can be built by its name (BuildKit, frontend/subrequests/targets). */
export interface Target {
  readonly name: string;
  readonly default: boolean;
  readonly description: string;
}

export function describeOutline(
  { globalArgs }: Dockerfile,
  graph: StageGraph,
  buildArgs: Readonly<Record<string, string>>,
): Outline {
  const stages = neededStages(graph).map(({ stage }) => stage);
  const declared = stages.flatMap(({ instructions }) =>
    instructions.flatMap((each) => (each.kind === 'ARG' ? [each] : [])),
  );
  const froms = stages.map(({ from }) => `${from.image.value} ${from.platform?.value ?? ''}`).join(' ');
  const args = new Map<string, Outline['args'][number]>();
  for (const { declarations, node } of [...globalArgs, ...declared]) {
    for (const { key, value } of declarations) {
      const name = key.value;
      const isGlobal = globalArgs.some(({ declarations }) => declarations.some((each) => each.key === key));
      const isUsed = new RegExp(`\\$(${name}\\b|\\{${name}\\b)`).test(froms) || declared.some(declares(name));
      if ((isGlobal && !isUsed) || (args.has(name) && !value)) continue;
      const before = args.get(name);
      const text = buildArgs[name] ?? value?.value ?? graph.globalArgs.get(name) ?? '';
      const description = describedBy(node.comments, name) || (before?.description ?? '');
      args.set(name, { name, value: text, description });
    }
  }
  const { stage } = graph.target;
  return {
    name: stage.name ?? '',
    description: descriptionOf(stage),
    args: [...args.values()],
    secrets: secretsOf(stages),
  };
}

export function describeTargets({ stages }: Dockerfile): readonly Target[] {
  return stages.flatMap((stage, index): Target[] => {
    const isLast = index === stages.length - 1;
    if (stage.name === undefined && !isLast) return [];
    return [{ name: stage.name ?? '', default: isLast, description: descriptionOf(stage) }];
  });
}

function declares(name: string) {
  return ({ declarations }: Dockerfile['globalArgs'][number]): boolean =>
    declarations.some(({ key }) => key.value === name);
}

function secretsOf(stages: readonly Stage[]): Outline['secrets'] {
  const secrets = new Map<string, boolean>();
  for (const { instructions } of stages) {
    for (const instruction of instructions) {
      if (instruction.kind !== 'RUN') continue;
      for (const spec of instruction.mounts) {
        const { type, id, target, required } = parseMount(spec);
        const name = id ?? target?.split('/').at(-1);
        if (type === 'secret' && name) secrets.set(name, required || (secrets.get(name) ?? false));
      }
    }
  }
  return [...secrets].map(([name, required]) => ({ name, required }));
}

function descriptionOf({ name, from }: Stage): string {
  return name === undefined ? '' : describedBy(from.node.comments, name);
}

/** The comment above that begins with the name. */
function describedBy(comments: readonly string[], name: string): string {
  const line = comments.map((comment) => comment.trim()).find((comment) => comment.startsWith(`${name} `));
  return line?.slice(name.length + 1) ?? '';
}
