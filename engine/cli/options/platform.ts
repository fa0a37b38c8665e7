import { ImageError } from '../../image/errors.ts';
import { parsePlatform } from '../../image/platform.ts';
import { CliError } from '../errors.ts';

/** `--platform` as the API wants it: JSON. Throws CliError for one that is none. */
export function platformFlag(text: string): string {
  try {
    return JSON.stringify(parsePlatform(text));
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CliError(`invalid platform: ${error.message}`, 1, { cause: error });
  }
}
