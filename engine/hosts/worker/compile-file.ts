import type { GuestFile } from '../guest-manifest.ts';
import { fetchFile } from './fetch-file.ts';

/**
 * Fetches and compiles a WebAssembly file at once, which also lets the browser keep the compiled code for the next visit.
 * A server that calls the file something else than `application/wasm` only costs that.
 * @throws HostError `fetch-failed`; WebAssembly.CompileError
 */
export async function compileFile(
  base: string,
  file: GuestFile,
  onBytes: (count: number) => void,
): Promise<WebAssembly.Module> {
  try {
    const module = await WebAssembly.compileStreaming(fetch(new URL(file.path, base)));
    onBytes(file.size);
    return module;
  } catch {
    return WebAssembly.compile((await fetchFile(base, file, onBytes)) as Uint8Array<ArrayBuffer>);
  }
}
