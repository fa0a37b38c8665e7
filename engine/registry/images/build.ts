/** `npm run images`: builds the base images from Debian's packages into the static registry `public/v2`. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imagesCommand } from './images-command.ts';

const OUTPUT = join(dirname(fileURLToPath(import.meta.url)), '../../../public/v2');

imagesCommand(process.argv.slice(2), OUTPUT, (line) => console.log(`images: ${line}`)).catch((error: unknown) => {
  console.error(`images: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
