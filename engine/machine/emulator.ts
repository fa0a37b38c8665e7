import { adaptExports } from './emulator-exports.ts';
import type { GuestImages } from './options.ts';

/** The parts of v86's class that the machine uses; its own declarations need the DOM library. */
export interface V86Emulator {
  add_listener(event: string, listener: (argument: never) => void): void;
  run(): Promise<void>;
  stop(): Promise<void>;
  destroy(): Promise<void>;
  save_state(): Promise<ArrayBuffer>;
  restore_state(state: ArrayBuffer): Promise<void>;
  is_running(): boolean;
  get_instruction_counter(): number;
  readonly bus: { send(event: string, argument: unknown): void };
}

export type V86Constructor = new (options: Readonly<Record<string, unknown>>) => V86Emulator;

/** Ports of the virtio-console: init's link, and the workspace's mount. Their messages to the guest. */
export const linkPort = 'virtio-console0-input-bytes';
export const workspacePort = 'virtio-console1-input-bytes';

/** What the snapshot depends on: a state is good only for a machine with these same devices. */
export const deviceOptions = {
  vga_memory_size: 2 << 20,
  virtio_console: true,
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
  autostart: false,
} as const;

export interface EmulatorOptions {
  readonly V86: V86Constructor;
  readonly images: GuestImages;
  /** Guest memory in bytes. */
  readonly memory: number;
  /** Answers a 9P request of the guest, at once. */
  readonly ninep: (request: Uint8Array) => Uint8Array;
  /** Bytes that init wrote on its port. Valid during the call only. */
  readonly onLink: (bytes: Uint8Array) => void;
  /** The same of the port of the workspace's mount. */
  readonly onWorkspace?: (bytes: Uint8Array) => void;
  /** A line that the guest's kernel or init wrote on the serial console. */
  readonly onConsole: (line: string) => void;
  /** The emulator cannot go on: it trapped, or one of these functions threw. */
  readonly onFault: (error: unknown) => void;
  /** For a boot instead of a restored state. */
  readonly boot?: { readonly kernel: Uint8Array; readonly initrd: Uint8Array; readonly commandLine: string };
}

/** Makes an emulator that is ready to run, or to have a state restored. Rejects if v86 cannot be loaded. */
export async function createEmulator(options: EmulatorOptions): Promise<V86Emulator> {
  const { images, boot } = options;
  /** What throws inside the emulator leaves it in the midst of an instruction. */
  const guard =
    <A extends readonly unknown[]>(work: (...args: A) => void) =>
    (...args: A) => {
      try {
        work(...args);
      } catch (error) {
        options.onFault(error);
      }
    };
  const buffer = (bytes: Uint8Array) => ({ buffer: exact(bytes) });
  return new Promise((resolve, reject) => {
    const emulator = new options.V86({
      ...deviceOptions,
      memory_size: options.memory,
      // v86 keeps this promise to itself, so that its failure must be caught here.
      wasm_fn: (imports: WebAssembly.Imports) =>
        instantiate(images.wasm, imports)
          .then((exports) => adaptExports(exports, options.memory, options.onFault))
          .catch(reject),
      bios: buffer(images.bios),
      vga_bios: buffer(images.vgaBios),
      filesystem: {
        handle9p: guard((request: Uint8Array, reply: (bytes: Uint8Array) => void) => reply(options.ninep(request))),
      },
      ...(boot && { bzimage: buffer(boot.kernel), initrd: buffer(boot.initrd), cmdline: boot.commandLine }),
    });
    let line = '';
    emulator.add_listener('serial0-output-byte', (byte: number) => {
      if (byte !== 10) {
        if (byte !== 13) line += String.fromCharCode(byte);
        return;
      }
      const whole = line;
      line = '';
      options.onConsole(whole);
    });
    emulator.add_listener('virtio-console0-output-bytes', guard(options.onLink));
    if (options.onWorkspace) emulator.add_listener('virtio-console1-output-bytes', guard(options.onWorkspace));
    emulator.add_listener('emulator-ready', () => resolve(emulator));
  });
}

async function instantiate(wasm: GuestImages['wasm'], imports: WebAssembly.Imports): Promise<WebAssembly.Exports> {
  if (wasm instanceof WebAssembly.Module) return (await WebAssembly.instantiate(wasm, imports)).exports;
  return (await WebAssembly.instantiate(wasm as BufferSource, imports)).instance.exports;
}

/** An ArrayBuffer that holds these bytes and nothing else. */
export function exact(bytes: Uint8Array): ArrayBuffer {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return (whole ? bytes.buffer : bytes.slice().buffer) as ArrayBuffer;
}
