import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MemoryFileSystem } from '../../files/memory-file-system.ts';
import type { GuestManifest } from '../../hosts/guest-manifest.ts';
import type { V86Constructor } from '../emulator.ts';
import { createMachine } from '../guest-machine.ts';
import type { Machine } from '../machine.ts';
import { GuestFiles, workspaceServer } from '../ninep/guest-files.ts';
import type { GuestImages } from '../options.ts';

const site = fileURLToPath(new URL('../../../public/', import.meta.url));

export interface TestMachine {
  readonly machine: Machine;
  readonly workspace: MemoryFileSystem;
  readonly spool: MemoryFileSystem;
  readonly volumes: MemoryFileSystem;
  readonly files: GuestFiles;
  /** What the guest's serial console said. */
  readonly console: string[];
}

/** A machine in this process, from the guest that `npm run guest` has built. */
export async function createTestMachine(): Promise<TestMachine> {
  const manifest = JSON.parse(await readFile(join(site, 'guest/manifest.json'), 'utf8')) as GuestManifest;
  const { v86, wasm, bios, vgaBios, state } = manifest.files;
  const bytes = (file: { path: string }) => readFile(join(site, file.path));
  const images: GuestImages = {
    wasm: await bytes(wasm),
    bios: await bytes(bios),
    vgaBios: await bytes(vgaBios),
    state: await bytes(state),
  };
  const [volumes, spool, workspace] = [new MemoryFileSystem(), new MemoryFileSystem(), new MemoryFileSystem()];
  const report = (error: unknown) => console.error('9P:', error);
  const lines: string[] = [];
  const files = new GuestFiles({ volumes, spool, onError: report });
  const machine = await createMachine({
    loadV86: async () => ((await import(pathToFileURL(join(site, v86.path)).href)) as { V86: V86Constructor }).V86,
    images,
    memory: manifest.memory,
    files,
    spool,
    workspace: workspaceServer(workspace, { onError: report }),
    onConsole: (line) => lines.push(line),
  });
  return { machine, workspace, spool, volumes, files, console: lines };
}
