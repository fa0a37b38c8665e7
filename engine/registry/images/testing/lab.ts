import { runDocker } from '../../../cli/main.ts';
import type { Engine } from '../../../engine.ts';
import { nodeCliFiles } from '../../../hosts/node/node-cli-files.ts';
import { startEngine } from '../../../hosts/node/start-engine.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine with the images of `public/v2`, and `docker` on it. */
export interface Lab {
  readonly engine: Engine;
  docker(...argv: string[]): Promise<Outcome>;
  /** What it printed. Rejects, with all of that, if it did not end with 0. */
  succeed(...argv: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startLab(): Promise<Lab> {
  const engine = await startEngine();
  const docker = async (...argv: string[]): Promise<Outcome> => {
    const stdout = new Collector();
    const stderr = new Collector();
    const code = await runDocker({
      argv,
      env: {},
      cwd: process.cwd(),
      stdin: new ReadableStream({ start: (controller) => controller.close() }),
      stdout: stdout.stream,
      stderr: stderr.stream,
      tty: { stdin: false, stdout: false, stderr: false },
      size: { columns: 80, rows: 24 },
      setRawMode: async () => undefined,
      onSignal: () => () => undefined,
      onResize: () => () => undefined,
      transport: engine.transport,
      files: nodeCliFiles,
    });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  };
  return {
    engine,
    docker,
    async succeed(...argv) {
      const { code, stdout, stderr } = await docker(...argv);
      if (code !== 0) throw new Error(`docker ${argv.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
      return stdout;
    },
    stop: () => engine.stop(),
  };
}

class Collector {
  readonly #chunks: Uint8Array[] = [];
  readonly stream = new WritableStream<Uint8Array>({
    write: (chunk) => {
      this.#chunks.push(chunk.slice());
    },
  });

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
