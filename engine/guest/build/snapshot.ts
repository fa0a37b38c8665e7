import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEmulator, deviceOptions, linkPort, type V86Constructor } from '../../machine/emulator.ts';
import { GuestSession } from '../../machine/guest-session.ts';
import { cached, hashOf } from './cache.ts';
import { requireTools, run } from './command.ts';

export interface SnapshotInputs {
  readonly kernel: { readonly path: string; readonly key: string };
  readonly initrd: Uint8Array;
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
  readonly v86: { readonly library: string; readonly wasm: string; readonly version: string };
  /** Bytes. */
  readonly memory: number;
}

/**
 * `tsc=reliable`: no clock in the emulator to check it against. `mitigations=off`: there is no speculation. Panics are
 * told on the serial console, and the machine then stands still for the host to see.
 */
const commandLine = 'console=ttyS0 tsc=reliable mitigations=off nowatchdog quiet panic=0 random.trust_cpu=on';

/** Milliseconds: ten times what a boot takes on two slow cores. */
const bootLimit = 120_000;

/** Boots the guest once and saves the machine as it stands ready, zstd-compressed. Gives the file's path. */
export async function snapshot(inputs: SnapshotInputs): Promise<string> {
  const directory = await cached({
    name: 'state',
    title: 'Boot the guest once and save its state',
    key: hashOf(
      inputs.kernel.key,
      inputs.initrd,
      inputs.bios,
      inputs.vgaBios,
      inputs.v86.version,
      JSON.stringify(deviceOptions),
      String(inputs.memory),
      commandLine,
    ),
    make: async (working) => {
      await requireTools('zstd');
      const raw = join(working, 'state');
      await writeFile(raw, await bootAndSave(inputs));
      await run('zstd', ['-19', '-T0', '-q', '--rm', raw, '-o', join(working, 'state.zst')]);
    },
  });
  return join(directory, 'state.zst');
}

async function bootAndSave(inputs: SnapshotInputs): Promise<Uint8Array> {
  const { V86 } = (await import(inputs.v86.library)) as { V86: V86Constructor };
  const console: string[] = [];
  let session: GuestSession | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const emulator = await createEmulator({
    V86,
    images: {
      wasm: await readFile(inputs.v86.wasm),
      bios: inputs.bios,
      vgaBios: inputs.vgaBios,
      state: new Uint8Array(),
    },
    memory: inputs.memory,
    // Nothing is mounted before the snapshot, so that it holds no open fids.
    ninep: () => {
      throw new Error('the guest used 9P before its snapshot');
    },
    onLink: (bytes) => session?.receive(bytes),
    onConsole: (line) => console.push(line),
    onFault: (error) => console.push(`init: the emulator failed: ${error}`),
    boot: { kernel: await readFile(inputs.kernel.path), initrd: inputs.initrd, commandLine },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      session = new GuestSession({
        transmit: (bytes) => emulator.bus.send(linkPort, bytes),
        onBooted: resolve,
        onChange: () => {},
        onInvocation: () => {},
        onQuestion: () => {},
      });
      timer = setTimeout(
        () => reject(new Error(`the guest did not boot. Its console:\n${console.join('\n')}`)),
        bootLimit,
      );
      emulator.run().catch(reject);
    });
    const complaints = console.filter((line) => line.startsWith('init: '));
    if (complaints.length > 0) throw new Error(`init could not set up the guest:\n${complaints.join('\n')}`);
    await (session as unknown as GuestSession).request({ op: 'settle' });
    await emulator.stop();
    return new Uint8Array(await emulator.save_state());
  } finally {
    clearTimeout(timer);
    await emulator.destroy();
  }
}
