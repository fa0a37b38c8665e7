import type { Heredoc, InstructionNode } from './ast.ts';
import type { MountSpec } from './mount.ts';
import type { SourceRange, Word } from './range.ts';

/** A command as RUN, CMD and ENTRYPOINT take it. */
export type CommandLine =
  | { readonly form: 'exec'; readonly argv: readonly string[] }
  /** For the stage's shell; `text` as written. */
  | { readonly form: 'shell'; readonly text: string };

/** A file written in the Dockerfile itself. */
export interface InlineFile {
  /** The heredoc's name, which is the file's name if the destination is a directory. */
  readonly name: string;
  readonly content: string;
  /** Whether variables in it are expanded. */
  readonly expand: boolean;
}

interface Common {
  readonly node: InstructionNode;
  readonly range: SourceRange;
}

interface Transfer extends Common {
  readonly sources: readonly Word[];
  readonly inlineFiles: readonly InlineFile[];
  readonly destination: Word;
  readonly chown: Word | undefined;
  readonly chmod: Word | undefined;
  readonly link: boolean;
  readonly exclude: readonly Word[];
}

export interface KeyValue {
  readonly key: Word;
  readonly value: Word;
}

export interface ArgDeclaration {
  readonly key: Word;
  readonly value: Word | undefined;
}

export interface FromInstruction extends Common {
  readonly kind: 'FROM';
  readonly image: Word;
  /** Lower case, as stage names do not tell case apart; the range shows how it is written. */
  readonly stageName: Word | undefined;
  readonly platform: Word | undefined;
}
export interface RunInstruction extends Common {
  readonly kind: 'RUN';
  readonly command: CommandLine;
  readonly heredocs: readonly Heredoc[];
  readonly mounts: readonly MountSpec[];
  readonly network: 'default' | 'none' | 'host';
  /** `--security=insecure`, if it is asked for. */
  readonly insecure: Word | undefined;
  /** What `--device` asks for. */
  readonly devices: readonly Word[];
}
export interface CopyInstruction extends Transfer {
  readonly kind: 'COPY';
  /** A stage's name or number, or an image; absent for the build context. */
  readonly from: Word | undefined;
  readonly parents: boolean;
}
export interface AddInstruction extends Transfer {
  readonly kind: 'ADD';
  readonly checksum: Word | undefined;
  readonly keepGitDir: boolean;
  /** Whether archives are unpacked; undefined leaves it to the kind of source. */
  readonly unpack: boolean | undefined;
}
export interface WorkdirInstruction extends Common {
  readonly kind: 'WORKDIR';
  readonly path: Word;
}
export interface EnvInstruction extends Common {
  readonly kind: 'ENV';
  readonly pairs: readonly KeyValue[];
}
export interface LabelInstruction extends Common {
  readonly kind: 'LABEL';
  readonly pairs: readonly KeyValue[];
}
export interface ArgInstruction extends Common {
  readonly kind: 'ARG';
  readonly declarations: readonly ArgDeclaration[];
}
export interface UserInstruction extends Common {
  readonly kind: 'USER';
  readonly user: Word;
}
export interface ExposeInstruction extends Common {
  readonly kind: 'EXPOSE';
  readonly ports: readonly Word[];
}
export interface VolumeInstruction extends Common {
  readonly kind: 'VOLUME';
  readonly paths: readonly Word[];
}
export interface CmdInstruction extends Common {
  readonly kind: 'CMD';
  readonly command: CommandLine;
}
export interface EntrypointInstruction extends Common {
  readonly kind: 'ENTRYPOINT';
  readonly command: CommandLine;
}
export interface ShellInstruction extends Common {
  readonly kind: 'SHELL';
  readonly argv: readonly string[];
}
export interface StopsignalInstruction extends Common {
  readonly kind: 'STOPSIGNAL';
  readonly signal: Word;
}
export interface HealthcheckInstruction extends Common {
  readonly kind: 'HEALTHCHECK';
  /** `["NONE"]`, `["CMD", ...]` or `["CMD-SHELL", text]`. */
  readonly test: readonly string[];
  /** Nanoseconds, 0 to inherit; likewise the next three. */
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly startInterval: number;
  /** 0 to inherit. */
  readonly retries: number;
}
export interface OnbuildInstruction extends Common {
  readonly kind: 'ONBUILD';
  /** The instruction to run later, as text that parses on its own. */
  readonly expression: string;
}
export interface MaintainerInstruction extends Common {
  readonly kind: 'MAINTAINER';
  readonly maintainer: Word;
}

/** What may stand in a stage. */
export type StageInstruction =
  | RunInstruction
  | CopyInstruction
  | AddInstruction
  | WorkdirInstruction
  | EnvInstruction
  | LabelInstruction
  | ArgInstruction
  | UserInstruction
  | ExposeInstruction
  | VolumeInstruction
  | CmdInstruction
  | EntrypointInstruction
  | ShellInstruction
  | StopsignalInstruction
  | HealthcheckInstruction
  | OnbuildInstruction
  | MaintainerInstruction;

export type Instruction = FromInstruction | StageInstruction;

export interface Stage {
  /** From 0, as `COPY --from=0` counts. */
  readonly index: number;
  readonly from: FromInstruction;
  /** Lower case; undefined without AS. */
  readonly name: string | undefined;
  readonly instructions: readonly StageInstruction[];
}

export interface Dockerfile {
  /** ARGs before the first FROM: they count in FROM lines, and in a stage only once it says ARG too. */
  readonly globalArgs: readonly ArgInstruction[];
  /** At least one. */
  readonly stages: readonly Stage[];
  readonly escape: '\\' | '`';
}
