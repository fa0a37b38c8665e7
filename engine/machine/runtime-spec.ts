/**
 * The part of the OCI runtime specification (config.md, config-linux.md, version 1.1) that Drydock writes and its
 * init follows. Field names are the specification's own, so that the same document can be given to crun.
 */
export interface RuntimeSpec {
  readonly ociVersion: string;
  readonly process: ProcessSpec;
  readonly root: { readonly path: string; readonly readonly?: boolean };
  readonly hostname?: string;
  readonly mounts: readonly MountSpec[];
  readonly linux: LinuxSpec;
}

export interface ProcessSpec {
  readonly terminal?: boolean;
  readonly consoleSize?: { readonly height: number; readonly width: number };
  readonly user: {
    readonly uid: number;
    readonly gid: number;
    readonly additionalGids?: readonly number[];
    readonly umask?: number;
  };
  readonly args: readonly string[];
  /** `NAME=value`. PATH in it is where args[0] is looked up when it has no slash. */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities?: CapabilitySets;
  readonly rlimits?: readonly { readonly type: string; readonly soft: number; readonly hard: number }[];
  readonly noNewPrivileges?: boolean;
  readonly oomScoreAdj?: number;
}

/** Capability names as `CAP_CHOWN`. */
export interface CapabilitySets {
  readonly bounding?: readonly string[];
  readonly effective?: readonly string[];
  readonly inheritable?: readonly string[];
  readonly permitted?: readonly string[];
  readonly ambient?: readonly string[];
}

export interface MountSpec {
  readonly destination: string;
  readonly type?: string;
  readonly source?: string;
  readonly options?: readonly string[];
}

export type NamespaceType = 'pid' | 'mount' | 'uts' | 'ipc' | 'network' | 'cgroup' | 'user';

export interface LinuxSpec {
  readonly namespaces: readonly { readonly type: NamespaceType; readonly path?: string }[];
  readonly devices?: readonly {
    readonly path: string;
    readonly type: 'c' | 'b' | 'p';
    readonly major: number;
    readonly minor: number;
    readonly fileMode?: number;
    readonly uid?: number;
    readonly gid?: number;
  }[];
  readonly cgroupsPath?: string;
  readonly resources?: {
    readonly memory?: { readonly limit?: number; readonly swap?: number };
    readonly cpu?: { readonly shares?: number; readonly quota?: number; readonly period?: number };
    readonly pids?: { readonly limit: number };
    readonly devices?: readonly {
      readonly allow: boolean;
      readonly type?: string;
      readonly major?: number;
      readonly minor?: number;
      readonly access?: string;
    }[];
  };
  readonly sysctl?: Readonly<Record<string, string>>;
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
}
