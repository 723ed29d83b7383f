/** Builds the page and what it shows. The page comes first: it empties the folder that the others are put into. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));

for (const mode of ['page', 'global', 'interception', 'transform']) {
  await build({ configFile, mode, logLevel: 'warn' });
}
