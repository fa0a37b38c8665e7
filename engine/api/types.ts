/**
 * Bodies of the Docker Engine API v1.50, as JSON carries them (Engine API reference, v1.50).
 * Field names are the API's. `null` is where Go marshals a nil slice or map; a reader must take both.
 * Times are RFC 3339 strings with nanoseconds unless a comment says otherwise; sizes are bytes.
 */

export const API_VERSION = '1.50';
/** Oldest version that Docker 28 still answers. */
export const MIN_API_VERSION = '1.24';

/** Go's zero time: how the API says "never". */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

export type Labels = Readonly<Record<string, string>>;

/** Body of every answer with a status of 400 or more. */
export interface ErrorResponse {
  readonly message: string;
}

/** What `filters=` carries, JSON-encoded: filter name to the values that match. */
export type Filters = Readonly<Record<string, readonly string[]>>;

// ---------------------------------------------------------------------------------------------- containers

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** `GET /containers/json`, "ContainerSummary". */
export interface ContainerSummary {
  /** 64 hex digits. */
  readonly Id: string;
  /** Each with a leading slash, such as `/web`. */
  readonly Names: readonly string[];
  /** The name the container was created with, or the image ID if that name has moved on. */
  readonly Image: string;
  readonly ImageID: string;
  readonly ImageManifestDescriptor?: Descriptor;
  /** The command as one line, path and arguments joined by spaces (arguments with spaces in single quotes). */
  readonly Command: string;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Ports: readonly Port[] | null;
  /** Only with `size=1`: bytes in the writable layer. */
  readonly SizeRw?: number;
  /** Only with `size=1`: bytes of all layers with the writable one. */
  readonly SizeRootFs?: number;
  readonly Labels: Labels | null;
  readonly State: ContainerStatus;
  /** For people: `Up 2 minutes`, `Exited (0) 3 seconds ago`. */
  readonly Status: string;
  readonly HostConfig: { readonly NetworkMode: string; readonly Annotations?: Labels };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, EndpointSettings>> | null } | null;
  readonly Mounts: readonly MountPoint[] | null;
}

export interface Port {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: 'tcp' | 'udp' | 'sctp';
}

/** `GET /containers/{id}/json`, "ContainerInspectResponse". */
export interface ContainerInspect {
  readonly Id: string;
  readonly Created: string;
  readonly Path: string;
  readonly Args: readonly string[];
  readonly State: ContainerState;
  /** Image ID: `sha256:` and the config's digest. */
  readonly Image: string;
  readonly ResolvConfPath: string;
  readonly HostnamePath: string;
  readonly HostsPath: string;
  readonly LogPath: string;
  /** With a leading slash. */
  readonly Name: string;
  readonly RestartCount: number;
  readonly Driver: string;
  readonly Platform: string;
  readonly ImageManifestDescriptor?: Descriptor;
  readonly MountLabel: string;
  readonly ProcessLabel: string;
  readonly AppArmorProfile: string;
  readonly ExecIDs: readonly string[] | null;
  readonly HostConfig: HostConfig;
  readonly GraphDriver: GraphDriver;
  /** Only with `size=1`. */
  readonly SizeRw?: number;
  /** Only with `size=1`. */
  readonly SizeRootFs?: number;
  readonly Mounts: readonly MountPoint[];
  readonly Config: ContainerConfig;
  readonly NetworkSettings: NetworkSettings;
}

export interface ContainerState {
  readonly Status: ContainerStatus;
  /** True while paused too. */
  readonly Running: boolean;
  readonly Paused: boolean;
  readonly Restarting: boolean;
  readonly OOMKilled: boolean;
  readonly Dead: boolean;
  /** 0 when not running. */
  readonly Pid: number;
  readonly ExitCode: number;
  /** Why the last start failed; empty if it did not. */
  readonly Error: string;
  readonly StartedAt: string;
  readonly FinishedAt: string;
  readonly Health?: Health;
}

export interface Health {
  readonly Status: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly FailingStreak: number;
  readonly Log: readonly {
    readonly Start: string;
    readonly End: string;
    readonly ExitCode: number;
    readonly Output: string;
  }[];
}

/** Configuration that belongs to the image too ("ContainerConfig"): what `commit` writes into the new image. */
export interface ContainerConfig {
  readonly Hostname: string;
  readonly Domainname: string;
  readonly User: string;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  /** Keys such as `80/tcp`. */
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly Tty: boolean;
  readonly OpenStdin: boolean;
  /** Close stdin when the first attached client has gone. */
  readonly StdinOnce: boolean;
  /** `NAME=value`; in a request a bare `NAME` takes it out of the image's environment. */
  readonly Env: readonly string[] | null;
  readonly Cmd: readonly string[] | null;
  readonly Healthcheck?: HealthConfig;
  readonly ArgsEscaped?: boolean;
  readonly Image: string;
  readonly Volumes: Readonly<Record<string, Readonly<Record<string, never>>>> | null;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[] | null;
  readonly NetworkDisabled?: boolean;
  readonly MacAddress?: string;
  readonly OnBuild?: readonly string[] | null;
  readonly Labels: Labels | null;
  readonly StopSignal?: string;
  /** Seconds before SIGKILL follows the stop signal. */
  readonly StopTimeout?: number | null;
  readonly Shell?: readonly string[];
}

/** Times are nanoseconds; 0 means inherit. */
export interface HealthConfig {
  /** `['NONE']`, `['CMD', ...]` or `['CMD-SHELL', line]`. */
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** Configuration of this container on this host only. A request may leave out any of it. */
export interface HostConfig {
  /** `volume-or-path:container-path[:options]`. */
  readonly Binds: readonly string[] | null;
  readonly ContainerIDFile: string;
  readonly LogConfig: { readonly Type: string; readonly Config: Labels | null };
  /** `bridge`, `none`, `host`, `container:ID`, or a network's name; `default` in a request. */
  readonly NetworkMode: string;
  readonly PortBindings: PortMap | null;
  readonly RestartPolicy: RestartPolicy;
  readonly AutoRemove: boolean;
  readonly VolumeDriver: string;
  readonly VolumesFrom: readonly string[] | null;
  /** Height and width of the first terminal. */
  readonly ConsoleSize: readonly [number, number];
  readonly Annotations?: Labels;
  readonly CapAdd: readonly string[] | null;
  readonly CapDrop: readonly string[] | null;
  readonly CgroupnsMode: string;
  readonly Dns: readonly string[] | null;
  readonly DnsOptions: readonly string[] | null;
  readonly DnsSearch: readonly string[] | null;
  readonly ExtraHosts: readonly string[] | null;
  readonly GroupAdd: readonly string[] | null;
  readonly IpcMode: string;
  readonly Cgroup: string;
  readonly Links: readonly string[] | null;
  readonly OomScoreAdj: number;
  readonly PidMode: string;
  readonly Privileged: boolean;
  readonly PublishAllPorts: boolean;
  readonly ReadonlyRootfs: boolean;
  readonly SecurityOpt: readonly string[] | null;
  readonly StorageOpt?: Labels;
  /** Mount options by destination, such as `size=64m`. */
  readonly Tmpfs?: Labels;
  readonly UTSMode: string;
  readonly UsernsMode: string;
  /** Bytes; 0 takes the daemon's default of 64 MB. */
  readonly ShmSize: number;
  readonly Sysctls?: Labels;
  readonly Runtime?: string;
  readonly Isolation: string;
  readonly CpuShares: number;
  /** Bytes; 0 is no limit. */
  readonly Memory: number;
  /** CPUs in units of 1e-9. */
  readonly NanoCpus: number;
  readonly CgroupParent: string;
  readonly BlkioWeight: number;
  readonly BlkioWeightDevice: readonly { readonly Path: string; readonly Weight: number }[] | null;
  readonly BlkioDeviceReadBps: readonly ThrottleDevice[] | null;
  readonly BlkioDeviceWriteBps: readonly ThrottleDevice[] | null;
  readonly BlkioDeviceReadIOps: readonly ThrottleDevice[] | null;
  readonly BlkioDeviceWriteIOps: readonly ThrottleDevice[] | null;
  /** Microseconds. */
  readonly CpuPeriod: number;
  /** Microseconds of each period. */
  readonly CpuQuota: number;
  readonly CpuRealtimePeriod: number;
  readonly CpuRealtimeRuntime: number;
  readonly CpusetCpus: string;
  readonly CpusetMems: string;
  readonly Devices: readonly DeviceMapping[] | null;
  readonly DeviceCgroupRules: readonly string[] | null;
  readonly DeviceRequests: readonly unknown[] | null;
  readonly MemoryReservation: number;
  /** Memory and swap together, bytes; -1 is no limit. */
  readonly MemorySwap: number;
  /** 0 to 100, or -1 for the kernel's. */
  readonly MemorySwappiness: number | null;
  readonly OomKillDisable: boolean | null;
  /** 0 or -1 is no limit. */
  readonly PidsLimit: number | null;
  readonly Ulimits: readonly Ulimit[] | null;
  readonly CpuCount: number;
  readonly CpuPercent: number;
  readonly IOMaximumIOps: number;
  readonly IOMaximumBandwidth: number;
  readonly Mounts?: readonly Mount[];
  readonly MaskedPaths: readonly string[] | null;
  readonly ReadonlyPaths: readonly string[] | null;
  readonly Init?: boolean | null;
}

export interface ThrottleDevice {
  readonly Path: string;
  readonly Rate: number;
}

export interface DeviceMapping {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

export interface Ulimit {
  readonly Name: string;
  readonly Hard: number;
  readonly Soft: number;
}

export interface RestartPolicy {
  readonly Name: '' | 'no' | 'always' | 'unless-stopped' | 'on-failure';
  readonly MaximumRetryCount: number;
}

/** By container port, such as `80/tcp`. */
export type PortMap = Readonly<Record<string, readonly PortBinding[] | null>>;

export interface PortBinding {
  readonly HostIp: string;
  /** A number, a range, or empty for any free one. */
  readonly HostPort: string;
}

/** A mount as asked for (`--mount`). */
export interface Mount {
  readonly Type: 'bind' | 'volume' | 'tmpfs' | 'image' | 'npipe' | 'cluster';
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly Consistency?: string;
  readonly BindOptions?: {
    readonly Propagation?: string;
    readonly NonRecursive?: boolean;
    readonly CreateMountpoint?: boolean;
    readonly ReadOnlyNonRecursive?: boolean;
    readonly ReadOnlyForceRecursive?: boolean;
  };
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly Labels?: Labels;
    readonly Subpath?: string;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: Labels };
  };
  readonly ImageOptions?: { readonly Subpath?: string };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
}

/** A mount as made. */
export interface MountPoint {
  readonly Type: Mount['Type'];
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: string;
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: string;
}

export interface GraphDriver {
  readonly Data: Labels | null;
  readonly Name: string;
}

export interface NetworkSettings {
  readonly Bridge: string;
  readonly SandboxID: string;
  readonly SandboxKey: string;
  readonly Ports: PortMap;
  readonly HairpinMode?: boolean;
  readonly LinkLocalIPv6Address?: string;
  readonly LinkLocalIPv6PrefixLen?: number;
  readonly SecondaryIPAddresses?: readonly unknown[] | null;
  readonly SecondaryIPv6Addresses?: readonly unknown[] | null;
  readonly EndpointID?: string;
  readonly Gateway?: string;
  readonly GlobalIPv6Address?: string;
  readonly GlobalIPv6PrefixLen?: number;
  readonly IPAddress?: string;
  readonly IPPrefixLen?: number;
  readonly IPv6Gateway?: string;
  readonly MacAddress?: string;
  /** By network name. */
  readonly Networks: Readonly<Record<string, EndpointSettings>> | null;
}

export interface EndpointSettings {
  readonly IPAMConfig?: {
    readonly IPv4Address?: string;
    readonly IPv6Address?: string;
    readonly LinkLocalIPs?: readonly string[];
  } | null;
  readonly Links?: readonly string[] | null;
  readonly Aliases?: readonly string[] | null;
  readonly MacAddress?: string;
  readonly DriverOpts?: Labels | null;
  readonly GwPriority?: number;
  readonly NetworkID?: string;
  readonly EndpointID?: string;
  readonly Gateway?: string;
  readonly IPAddress?: string;
  readonly IPPrefixLen?: number;
  readonly IPv6Gateway?: string;
  readonly GlobalIPv6Address?: string;
  readonly GlobalIPv6PrefixLen?: number;
  readonly DNSNames?: readonly string[] | null;
}

/** `POST /containers/create`: a {@link ContainerConfig} with the host's part beside it. Anything may be left out. */
export interface ContainerCreateRequest extends Partial<ContainerConfig> {
  readonly HostConfig?: Partial<HostConfig>;
  readonly NetworkingConfig?: { readonly EndpointsConfig?: Readonly<Record<string, EndpointSettings | null>> | null };
}

export interface ContainerCreateResponse {
  readonly Id: string;
  readonly Warnings: readonly string[] | null;
}

/** `POST /containers/{id}/wait`; sent when the wait is over, the headers at once. */
export interface ContainerWaitResponse {
  readonly StatusCode: number;
  readonly Error?: { readonly Message: string } | null;
}

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

/** `GET /containers/{id}/top`. */
export interface ContainerTop {
  readonly Titles: readonly string[];
  readonly Processes: readonly (readonly string[])[] | null;
}

/** Kinds of {@link FilesystemChange}. */
export const CHANGE_MODIFIED = 0;
export const CHANGE_ADDED = 1;
export const CHANGE_DELETED = 2;

/** An entry of `GET /containers/{id}/changes`, whose body is `null` when there is none. */
export interface FilesystemChange {
  readonly Path: string;
  readonly Kind: typeof CHANGE_MODIFIED | typeof CHANGE_ADDED | typeof CHANGE_DELETED;
}

/** `POST /containers/{id}/update`. */
export type ContainerUpdateRequest = Partial<
  Pick<
    HostConfig,
    | 'CpuShares'
    | 'Memory'
    | 'NanoCpus'
    | 'BlkioWeight'
    | 'CpuPeriod'
    | 'CpuQuota'
    | 'CpuRealtimePeriod'
    | 'CpuRealtimeRuntime'
    | 'CpusetCpus'
    | 'CpusetMems'
    | 'MemoryReservation'
    | 'MemorySwap'
    | 'PidsLimit'
    | 'RestartPolicy'
  >
>;

export interface ContainerUpdateResponse {
  readonly Warnings: readonly string[] | null;
}

/** `POST /commit`: the body is a {@link ContainerConfig} or nothing; this is the answer. */
export interface IdResponse {
  readonly Id: string;
}

export interface ContainersPruneResponse {
  readonly ContainersDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}

/** Base64 JSON in the header `X-Docker-Container-Path-Stat` of `HEAD` and `GET /containers/{id}/archive`. */
export interface PathStat {
  readonly name: string;
  readonly size: number;
  /** Go's os.FileMode: permission bits, with directory 2^31 and symlink 2^27. */
  readonly mode: number;
  readonly mtime: string;
  readonly linkTarget: string;
}

/** One sample of `GET /containers/{id}/stats`. */
export interface ContainerStats {
  readonly name?: string;
  readonly id?: string;
  readonly read: string;
  readonly preread: string;
  readonly num_procs: number;
  readonly pids_stats: { readonly current?: number; readonly limit?: number };
  readonly blkio_stats: {
    readonly io_service_bytes_recursive:
      | readonly { readonly major: number; readonly minor: number; readonly op: string; readonly value: number }[]
      | null;
  };
  readonly cpu_stats: CpuStats;
  readonly precpu_stats: CpuStats;
  readonly memory_stats: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly networks?: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>>;
}

/** Nanoseconds of CPU time. */
export interface CpuStats {
  readonly cpu_usage: {
    readonly total_usage: number;
    readonly usage_in_kernelmode: number;
    readonly usage_in_usermode: number;
  };
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
}

// ---------------------------------------------------------------------------------------------------- exec

/** `POST /containers/{id}/exec`. */
export interface ExecCreateRequest {
  readonly User?: string;
  readonly Privileged?: boolean;
  readonly Tty?: boolean;
  readonly ConsoleSize?: readonly [number, number] | null;
  readonly AttachStdin?: boolean;
  readonly AttachStderr?: boolean;
  readonly AttachStdout?: boolean;
  /** Sent by Docker's client; the engine goes by `Detach` of {@link ExecStartRequest}. */
  readonly Detach?: boolean;
  readonly DetachKeys?: string;
  readonly Env?: readonly string[] | null;
  readonly WorkingDir?: string;
  readonly Cmd: readonly string[];
}

/** `POST /exec/{id}/start`; hijacked unless `Detach`. */
export interface ExecStartRequest {
  readonly Detach?: boolean;
  readonly Tty?: boolean;
  readonly ConsoleSize?: readonly [number, number] | null;
}

/** `GET /exec/{id}/json`. */
export interface ExecInspect {
  readonly ID: string;
  readonly Running: boolean;
  /** Null while running. */
  readonly ExitCode: number | null;
  readonly ProcessConfig: {
    readonly tty: boolean;
    readonly entrypoint: string;
    readonly arguments: readonly string[] | null;
    readonly privileged?: boolean;
    readonly user?: string;
  };
  readonly OpenStdin: boolean;
  readonly OpenStderr: boolean;
  readonly OpenStdout: boolean;
  readonly CanRemove: boolean;
  readonly ContainerID: string;
  /** Base64, or empty for the default. */
  readonly DetachKeys: string;
  /** 0 when not running. */
  readonly Pid: number;
}

// -------------------------------------------------------------------------------------------------- images

/** OCI descriptor, where the API shows one. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Labels;
  readonly platform?: Platform;
}

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
}

/** `GET /images/json`, "ImageSummary". */
export interface ImageSummary {
  readonly Id: string;
  /** ID of the parent image, if it was built here; else empty. */
  readonly ParentId: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  /** Seconds since the epoch. */
  readonly Created: number;
  /** All layers, uncompressed. */
  readonly Size: number;
  /** Shared with other images; -1 if not asked for (`shared-size=1`). */
  readonly SharedSize: number;
  readonly Labels: Labels | null;
  /** Containers that use the image; -1 if not counted. */
  readonly Containers: number;
  readonly Descriptor?: Descriptor;
}

/** `GET /images/{name}/json`, "ImageInspect". */
export interface ImageInspect {
  readonly Id: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Descriptor?: Descriptor;
  /** ID of the parent image, if it was built here; else empty. */
  readonly Parent: string;
  readonly Comment: string;
  readonly Created?: string;
  readonly DockerVersion: string;
  readonly Author: string;
  readonly Config: ImageConfig | null;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly OsVersion?: string;
  readonly Size: number;
  /** The same; up to API 1.43. */
  readonly VirtualSize?: number;
  readonly GraphDriver: GraphDriver;
  /** Diff IDs of the layers, base first. */
  readonly RootFS: { readonly Type: string; readonly Layers?: readonly string[] };
  readonly Metadata: { readonly LastTagTime?: string };
}

/** The part of {@link ContainerConfig} that an image keeps ("ImageConfig"). */
export interface ImageConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Healthcheck?: HealthConfig;
  readonly ArgsEscaped?: boolean;
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>> | null;
  readonly WorkingDir?: string;
  readonly Entrypoint?: readonly string[] | null;
  readonly OnBuild?: readonly string[] | null;
  readonly Labels?: Labels | null;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[];
}

/** An entry of `GET /images/{name}/history`, newest first. */
export interface HistoryItem {
  /** Image ID, or `<missing>` for a step that was not built here. */
  readonly Id: string;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Tags: readonly string[] | null;
  /** Bytes the step's layer adds; 0 for a step that only changes metadata. */
  readonly Size: number;
  readonly Comment: string;
}

/** An entry of `DELETE /images/{name}`. */
export type ImageDeleteItem = { readonly Untagged: string } | { readonly Deleted: string };

export interface ImagesPruneResponse {
  readonly ImagesDeleted: readonly ImageDeleteItem[] | null;
  readonly SpaceReclaimed: number;
}

// --------------------------------------------------------------------------------------- streams of messages

/** Progress of one transfer inside a {@link JsonMessage}. */
export interface ProgressDetail {
  readonly current?: number;
  /** Unknown when left out or 0 or less. */
  readonly total?: number;
  /** Seconds since the epoch when it began. */
  readonly start?: number;
  readonly hidecounts?: boolean;
  /** `''` means bytes. */
  readonly units?: string;
}

/** One line of the newline-delimited JSON that `/build`, `/images/create`, `/images/load` and `push` answer with. */
export interface JsonMessage {
  /** Text as it should be printed, newlines included. */
  readonly stream?: string;
  /** One line of status, about layer `id` if there is one. */
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: ProgressDetail;
  /** The bar already drawn, for old clients. */
  readonly progress?: string;
  /** The same as errorDetail.message. A message with it is the last. */
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message: string };
  /** Out of band: `{ID}` of a built image, `{Tag, Digest, Size}` of a push, a progress event under `drydock.progress`. */
  readonly aux?: unknown;
}

/** An entry of `GET /images/search`. */
export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
  readonly is_automated: boolean;
}

export type PullMessage = JsonMessage;
export type BuildMessage = JsonMessage;

/**
 * `id` of the {@link BuildMessage} whose `aux` is an event of engine/builder/progress.ts (log data in base64). Near the
 * end there is one more: `{result: {warnings, unusedBuildArgs}}`, `{inspection}` (engine/builder/check.ts) after a
 * `call`, or `{failure: {code, message, excerpt, vertex, process}}` (BuildError's fields) before the message that carries
 * the error.
 */
export const PROGRESS_MESSAGE_ID = 'drydock.progress';
/** `id` of a {@link BuildMessage} whose `aux` is a piece of the tar that `outputs` asked for, in base64. */
export const OUTPUT_MESSAGE_ID = 'drydock.output';
/** Request header that asks `POST /build` for {@link PROGRESS_MESSAGE_ID} messages in place of the classic text. */
export const PROGRESS_HEADER = 'X-Drydock-Progress';

/**
 * Drydock's own: what `POST /build` takes beside a context when its body is multipart/form-data. The names of the parts;
 * after those that end in a colon comes the secret's ID or the context's name. Another engine takes such a body for a
 * broken tar, so it is only sent to one that calls itself Drydock in its `Server` header.
 */
export const BUILD_PARTS = {
  /** A tar, plain or compressed; none is an empty context. */
  context: 'context',
  /** Text of a Dockerfile that is not in the context. */
  dockerfile: 'dockerfile',
  /** Text of an ignore file that goes before those in the context. */
  dockerignore: 'dockerignore',
  /** For `RUN --mount=type=secret`: bytes that no layer, history or cache keeps. */
  secret: 'secret:',
  /** `--build-context NAME=folder`: a tar. */
  filesContext: 'context:',
  /** `--build-context NAME=docker-image://...`: the image's name. */
  imageContext: 'image:',
} as const;

/** Query of `POST /build`. Maps and lists are JSON in the query string. */
export interface BuildQuery {
  /** Path in the context; `Dockerfile` if left out. */
  readonly dockerfile?: string;
  /** Repeated. */
  readonly t?: readonly string[];
  readonly remote?: string;
  readonly q?: boolean;
  readonly nocache?: boolean;
  readonly cachefrom?: readonly string[];
  readonly pull?: boolean;
  /** Remove intermediate containers after a successful build. */
  readonly rm?: boolean;
  readonly forcerm?: boolean;
  /** Null takes the value from the environment of the engine: none. */
  readonly buildargs?: Readonly<Record<string, string | null>>;
  readonly labels?: Labels;
  readonly target?: string;
  readonly platform?: string;
  readonly networkmode?: string;
  readonly extrahosts?: readonly string[];
  readonly shmsize?: number;
  readonly memory?: number;
  readonly memswap?: number;
  readonly cpushares?: number;
  readonly cpusetcpus?: string;
  readonly cpusetmems?: string;
  readonly cpuperiod?: number;
  readonly cpuquota?: number;
  readonly cgroupparent?: string;
  readonly ulimits?: readonly Ulimit[];
  readonly squash?: boolean;
  /** As Docker has it for BuildKit. Drydock takes one, of type `image`, `none`, `directory`, `tarball`, `docker` or `oci`. */
  readonly outputs?: readonly { readonly Type: string }[];
  /** Drydock's own: stages of which nothing is taken from the cache. */
  readonly nocachefilter?: readonly string[];
  /** Drydock's own: where the context is, to tell builds apart that have no name. */
  readonly contextname?: string;
  /** Drydock's own: look at the Dockerfile (`check`) in the place of building it. */
  readonly call?: string;
}

// -------------------------------------------------------------------------------------------------- system

/** A line of `GET /events`. */
export interface EventMessage {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Labels };
  readonly scope?: string;
  /** Seconds since the epoch. */
  readonly time: number;
  /** Nanoseconds since the epoch: more than a double holds, so rounded once parsed. */
  readonly timeNano: number;
  /** Before API 1.22. */
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
}

/** `GET /version`. */
export interface Version {
  readonly Platform: { readonly Name: string };
  readonly Components?: readonly VersionComponent[];
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly GitCommit: string;
  readonly GoVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly KernelVersion?: string;
  readonly Experimental?: boolean;
  readonly BuildTime?: string;
}

export interface VersionComponent {
  readonly Name: string;
  readonly Version: string;
  readonly Details?: Labels;
}

/** `GET /info`. */
export interface Info {
  readonly ID: string;
  readonly Containers: number;
  readonly ContainersRunning: number;
  readonly ContainersPaused: number;
  readonly ContainersStopped: number;
  readonly Images: number;
  readonly Driver: string;
  readonly DriverStatus: readonly (readonly [string, string])[] | null;
  readonly SystemStatus?: readonly (readonly [string, string])[] | null;
  readonly Plugins: {
    readonly Volume: readonly string[] | null;
    readonly Network: readonly string[] | null;
    readonly Authorization: readonly string[] | null;
    readonly Log: readonly string[] | null;
  };
  readonly MemoryLimit: boolean;
  readonly SwapLimit: boolean;
  readonly CpuCfsPeriod: boolean;
  readonly CpuCfsQuota: boolean;
  readonly CPUShares: boolean;
  readonly CPUSet: boolean;
  readonly PidsLimit: boolean;
  readonly IPv4Forwarding: boolean;
  readonly OomKillDisable: boolean;
  readonly Debug: boolean;
  readonly NFd: number;
  readonly NGoroutines: number;
  readonly SystemTime: string;
  readonly LoggingDriver: string;
  readonly CgroupDriver: string;
  readonly CgroupVersion?: string;
  readonly NEventsListener: number;
  readonly KernelVersion: string;
  readonly OperatingSystem: string;
  readonly OSVersion: string;
  readonly OSType: string;
  readonly Architecture: string;
  readonly IndexServerAddress: string;
  readonly RegistryConfig: {
    readonly InsecureRegistryCIDRs?: readonly string[] | null;
    readonly IndexConfigs?: Readonly<
      Record<
        string,
        {
          readonly Name: string;
          readonly Mirrors: readonly string[] | null;
          readonly Secure: boolean;
          readonly Official: boolean;
        }
      >
    >;
    readonly Mirrors?: readonly string[] | null;
  } | null;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly GenericResources: readonly unknown[] | null;
  readonly DockerRootDir: string;
  readonly HttpProxy: string;
  readonly HttpsProxy: string;
  readonly NoProxy: string;
  readonly Name: string;
  readonly Labels: readonly string[] | null;
  readonly ExperimentalBuild: boolean;
  readonly ServerVersion: string;
  readonly Runtimes: Readonly<Record<string, { readonly path?: string }>>;
  readonly DefaultRuntime: string;
  readonly Swarm: { readonly LocalNodeState: string; readonly NodeID: string; readonly ControlAvailable: boolean };
  readonly LiveRestoreEnabled: boolean;
  readonly Isolation: string;
  readonly InitBinary: string;
  readonly ContainerdCommit: { readonly ID: string };
  readonly RuncCommit: { readonly ID: string };
  readonly InitCommit: { readonly ID: string };
  readonly SecurityOptions: readonly string[] | null;
  readonly CDISpecDirs?: readonly string[] | null;
  readonly Warnings: readonly string[] | null;
}

/** `GET /system/df`. */
export interface DiskUsage {
  readonly LayersSize: number;
  readonly Images: readonly ImageSummary[] | null;
  readonly Containers: readonly ContainerSummary[] | null;
  readonly Volumes: readonly Volume[] | null;
  readonly BuildCache: readonly BuildCacheRecord[] | null;
}

export interface BuildCacheRecord {
  readonly ID: string;
  readonly Parents?: readonly string[] | null;
  readonly Type: string;
  readonly Description: string;
  readonly InUse: boolean;
  readonly Shared: boolean;
  readonly Size: number;
  readonly CreatedAt: string;
  readonly LastUsedAt: string | null;
  readonly UsageCount: number;
}

export interface BuildPruneResponse {
  readonly CachesDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}

/** `HEAD /_ping`: the answer's headers. */
export interface Ping {
  readonly ApiVersion: string;
  readonly OsType: string;
  readonly BuilderVersion: string;
  /** What the engine calls itself: `Drydock/0.1.0 (linux)`, `Docker/20.10.24 (linux)`. */
  readonly Server: string;
}

// ------------------------------------------------------------------------------------- networks and volumes

/** `GET /networks` and `GET /networks/{id}`. */
export interface Network {
  readonly Name: string;
  readonly Id: string;
  readonly Created: string;
  readonly Scope: string;
  readonly Driver: string;
  readonly EnableIPv4?: boolean;
  readonly EnableIPv6: boolean;
  readonly IPAM: {
    readonly Driver: string;
    readonly Options: Labels | null;
    readonly Config: readonly IpamConfig[] | null;
  };
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly ConfigFrom?: { readonly Network: string };
  readonly ConfigOnly: boolean;
  readonly Containers?: Readonly<
    Record<
      string,
      {
        readonly Name: string;
        readonly EndpointID: string;
        readonly MacAddress: string;
        readonly IPv4Address: string;
        readonly IPv6Address: string;
      }
    >
  >;
  readonly Options: Labels | null;
  readonly Labels: Labels | null;
}

export interface IpamConfig {
  /** Such as `172.20.0.0/16`. */
  readonly Subnet?: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
  readonly AuxiliaryAddresses?: Labels;
}

/** `POST /networks/create`. Anything but the name may be left out. */
export interface NetworkCreateRequest {
  readonly Name: string;
  readonly Driver?: string;
  readonly Scope?: string;
  readonly EnableIPv4?: boolean | null;
  readonly EnableIPv6?: boolean | null;
  readonly IPAM?: {
    readonly Driver?: string;
    readonly Options?: Labels | null;
    readonly Config?: readonly IpamConfig[] | null;
  } | null;
  readonly Internal?: boolean;
  readonly Attachable?: boolean;
  readonly Ingress?: boolean;
  readonly ConfigOnly?: boolean;
  readonly ConfigFrom?: { readonly Network: string } | null;
  readonly Options?: Labels | null;
  readonly Labels?: Labels | null;
}

export interface NetworkCreateResponse {
  readonly Id: string;
  readonly Warning: string;
}

/** `POST /networks/{id}/connect`. */
export interface NetworkConnectRequest {
  readonly Container: string;
  readonly EndpointConfig?: EndpointSettings | null;
}

/** `POST /networks/{id}/disconnect`. */
export interface NetworkDisconnectRequest {
  readonly Container: string;
  readonly Force?: boolean;
}

/** `POST /networks/prune`. */
export interface NetworksPruneResponse {
  readonly NetworksDeleted: readonly string[] | null;
}

/** `GET /volumes/{name}`. */
export interface Volume {
  readonly CreatedAt?: string;
  readonly Driver: string;
  readonly Labels: Labels | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: Labels | null;
  readonly Scope: string;
  readonly Status?: Readonly<Record<string, unknown>>;
  /** Only in `GET /system/df`; each -1 if not known. */
  readonly UsageData?: { readonly RefCount: number; readonly Size: number } | null;
}

export interface VolumeListResponse {
  readonly Volumes: readonly Volume[] | null;
  readonly Warnings: readonly string[] | null;
}

/** `POST /volumes/create`. */
export interface VolumeCreateRequest {
  readonly Name?: string;
  readonly Driver?: string;
  readonly DriverOpts?: Labels | null;
  readonly Labels?: Labels | null;
}

export interface VolumesPruneResponse {
  readonly VolumesDeleted: readonly string[] | null;
  /** Bytes. */
  readonly SpaceReclaimed: number;
}
