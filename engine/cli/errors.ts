import { EngineApiError } from '../api/client/errors.ts';

/** Ends the command: `message` (printed if not empty) goes to stderr, `exitCode` to the caller. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code = 'cli';
  readonly exitCode: number;
  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What is printed for an error: what an engine said is marked as such, as Docker's client does. */
export function errorText(error: unknown): string {
  if (error instanceof EngineApiError) return `Error response from daemon: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

/** Several failures as one: each on a line of its own. */
export function joined(errors: readonly unknown[]): CliError | undefined {
  return errors.length === 0 ? undefined : new CliError(errors.map(errorText).join('\n'));
}
