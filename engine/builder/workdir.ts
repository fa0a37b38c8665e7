import { treeToLayerTar } from '../image/layer.ts';
import { LayerBuilder } from './layer-builder.ts';
import { rootOf, solveLayer } from './layer-step.ts';
import { expandIn } from './metadata.ts';
import { joinPath } from './paths.ts';
import { buildTime, parentOf, type StepContext, type StepResult } from './stage-solver.ts';
import { type InstructionOf, namedVariables, type StageState, withLayer, withMetadata } from './stage-state.ts';
import { findOwner } from './users.ts';

/** The directory that WORKDIR names, seen from the one before. */
export function workingDirectory(state: StageState, instruction: InstructionOf<'WORKDIR'>, escapeChar: string): string {
  return joinPath(state.config.WorkingDir ?? '', expandIn(state, instruction.path, { escape: escapeChar }));
}

/**
 * WORKDIR: makes the directory, the user's own, and makes it the one for what follows. As in BuildKit the layer is
 * there, if empty, even when the directory was there before; only `/` makes none.
 * @throws BuildError, DockerfileError
 */
export async function applyWorkdir(
  state: StageState,
  instruction: InstructionOf<'WORKDIR'>,
  context: StepContext,
): Promise<StepResult> {
  const path = workingDirectory(state, instruction, context.instructions.escape);
  const config = { ...state.config, WorkingDir: path };
  const createdBy = `WORKDIR ${path}`;
  if (path === '/') {
    context.vertex.start();
    context.vertex.complete();
    return { state: withMetadata(state, { config }, createdBy), cached: false };
  }
  const user = state.config.User ?? '';
  const { images } = context.solver;
  const solved = await solveLayer(
    context.solver,
    state,
    {
      memory: context.memory,
      index: context.index,
      description: context.description,
      noCache: context.noCache,
      variables: namedVariables(state),
      inputs: {
        parent: parentOf(state),
        instruction: createdBy,
        settings: user ? { USER: user } : {},
        files: new Map(),
      },
      make: async () => {
        const root = await rootOf(images, state.layers);
        const layer = new LayerBuilder(root);
        const owner = user ? findOwner(root, user) : { uid: 0, gid: 0 };
        layer.makeDirectories(path, { mode: 0o755, ...owner, mtime: buildTime(context) });
        return treeToLayerTar(layer.finish());
      },
    },
    context.vertex,
  );
  return { state: withLayer(state, solved, createdBy, { config }), cached: solved.cached };
}
