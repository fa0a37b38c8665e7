/** Milliseconds until v86 is to look again after a fault; it is stopped before. */
const AFTER_FAULT = 1000;
/** Before a state is restored v86 itself writes nothing but the BIOS images, all below 1 MiB. */
const FIRMWARE_END = 1 << 20;
const PAGE = 4096;

interface EmulatorExports extends WebAssembly.Exports {
  main_loop(): number;
  zero_memory(address: number, length: number): void;
  is_memory_zeroed(address: number, length: number): boolean | number;
}

/**
 * The emulator's WebAssembly exports with two of them replaced:
 *
 * - `main_loop` tells of a trap instead of throwing it at the event loop, where nobody could catch it.
 * - `zero_memory` of the whole guest memory, which every restore begins with, leaves alone what is zero already. Else
 *   the first restore makes the browser back all of the guest's memory, of which a lesson uses a small part.
 */
export function adaptExports(
  exports: WebAssembly.Exports,
  memory: number,
  onFault: (error: unknown) => void,
): WebAssembly.Exports {
  const { main_loop, zero_memory, is_memory_zeroed } = exports as EmulatorExports;
  let isFresh = true;
  return {
    ...exports,
    main_loop: () => {
      try {
        return main_loop();
      } catch (error) {
        onFault(error);
        return AFTER_FAULT;
      }
    },
    zero_memory: (address: number, length: number) => {
      if (length !== memory) {
        zero_memory(address, length);
        return;
      }
      const end = isFresh ? FIRMWARE_END : memory;
      isFresh = false;
      for (let at = 0; at < end; at += PAGE) if (!is_memory_zeroed(at, PAGE)) zero_memory(at, PAGE);
    },
  };
}
