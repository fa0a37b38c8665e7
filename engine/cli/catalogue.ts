import type { Command, Group } from './command.ts';
import { attach } from './commands/attach.ts';
import { build } from './commands/build.ts';
import { builderPrune } from './commands/builder-prune.ts';
import { commit } from './commands/commit.ts';
import { create } from './commands/create.ts';
import { diff } from './commands/diff.ts';
import { events } from './commands/events.ts';
import { exec } from './commands/exec.ts';
import { exportContainer } from './commands/export.ts';
import { history } from './commands/history.ts';
import { imagePrune } from './commands/image-prune.ts';
import { images } from './commands/images.ts';
import { importImage } from './commands/import.ts';
import { info } from './commands/info.ts';
import { inspect, inspectContainers, inspectImages, inspectNetworks, inspectVolumes } from './commands/inspect.ts';
import { kill } from './commands/kill.ts';
import { load } from './commands/load.ts';
import { logs } from './commands/logs.ts';
import { networkConnect } from './commands/network-connect.ts';
import { networkCreate } from './commands/network-create.ts';
import { networkDisconnect } from './commands/network-disconnect.ts';
import { networkLs } from './commands/network-ls.ts';
import { networkPrune } from './commands/network-prune.ts';
import { networkRm } from './commands/network-rm.ts';
import { pause } from './commands/pause.ts';
import { port } from './commands/port.ts';
import { ps } from './commands/ps.ts';
import { pull } from './commands/pull.ts';
import { push } from './commands/push.ts';
import { rename } from './commands/rename.ts';
import { restart } from './commands/restart.ts';
import { rm } from './commands/rm.ts';
import { rmi } from './commands/rmi.ts';
import { run } from './commands/run.ts';
import { save } from './commands/save.ts';
import { search } from './commands/search.ts';
import { start } from './commands/start.ts';
import { stop } from './commands/stop.ts';
import { systemDf } from './commands/system-df.ts';
import { tag } from './commands/tag.ts';
import { top } from './commands/top.ts';
import { unpause } from './commands/unpause.ts';
import { version } from './commands/version.ts';
import { volumeCreate } from './commands/volume-create.ts';
import { volumeLs } from './commands/volume-ls.ts';
import { volumePrune } from './commands/volume-prune.ts';
import { volumeRm } from './commands/volume-rm.ts';
import { wait } from './commands/wait.ts';

/** The sections of `docker --help`, each in its order there. */
export const commonCommands: Readonly<Record<string, Command>> = {
  run,
  exec,
  ps,
  build,
  pull,
  push,
  images,
  search,
  version,
  info,
};

export const groups: Readonly<Record<string, Group>> = {
  builder: { summary: 'Manage builds', commands: { build, prune: builderPrune } },
  container: {
    summary: 'Manage containers',
    commands: {
      attach,
      commit,
      create,
      diff,
      exec,
      export: exportContainer,
      inspect: inspectContainers,
      kill,
      logs,
      ls: ps,
      pause,
      port,
      rename,
      restart,
      rm,
      run,
      start,
      stop,
      top,
      unpause,
      wait,
    },
    synonyms: { list: 'ls', ps: 'ls', remove: 'rm' },
  },
  image: {
    summary: 'Manage images',
    commands: {
      build,
      history,
      import: importImage,
      inspect: inspectImages,
      load,
      ls: images,
      prune: imagePrune,
      pull,
      push,
      rm: rmi,
      save,
      tag,
    },
    synonyms: { list: 'ls', remove: 'rm' },
  },
  network: {
    summary: 'Manage networks',
    commands: {
      connect: networkConnect,
      create: networkCreate,
      disconnect: networkDisconnect,
      inspect: inspectNetworks,
      ls: networkLs,
      prune: networkPrune,
      rm: networkRm,
    },
    synonyms: { list: 'ls', remove: 'rm' },
  },
  system: { summary: 'Manage Docker', commands: { df: systemDf, events, info } },
  volume: {
    summary: 'Manage volumes',
    commands: { create: volumeCreate, inspect: inspectVolumes, ls: volumeLs, prune: volumePrune, rm: volumeRm },
    synonyms: { list: 'ls', remove: 'rm' },
  },
};

export const otherCommands: Readonly<Record<string, Command>> = {
  attach,
  commit,
  create,
  diff,
  events,
  export: exportContainer,
  history,
  import: importImage,
  inspect,
  kill,
  load,
  logs,
  pause,
  port,
  rename,
  restart,
  rm,
  rmi,
  save,
  start,
  stop,
  tag,
  top,
  unpause,
  wait,
};

/** What Docker has and this lab has not, with why: better than "unknown command". */
export const absent: ReadonlyMap<string, string> = new Map([
  ...['compose', 'buildx'].map((name) => [name, `this lab has no ${name} plugin`] as const),
  ...['swarm', 'node', 'service', 'stack', 'config', 'secret'].map(
    (name) => [name, 'this lab has a single engine and no Swarm'] as const,
  ),
  ...['context', 'plugin', 'trust', 'checkpoint'].map((name) => [name, 'this lab has no such command'] as const),
  ...['login', 'logout'].map(
    (name) =>
      [
        name,
        "nothing here asks who you are: the registry of this lab is open to anybody, and docker.io's images come from a mirror",
      ] as const,
  ),
  [
    'manifest',
    "images of this lab are for one platform, so they have no manifest lists; 'docker image inspect --format {{.RepoDigests}} IMAGE' shows a manifest's digest",
  ],
]);
