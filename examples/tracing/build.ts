/**
 * Builds the page and the three variants of the flows that it shows. The page is built first because Vite empties its
 * output folder, and the variants are written into subfolders of it.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));

for (const mode of ['page', 'none', 'zone', 'throughline']) {
  await build({ configFile, mode, logLevel: 'warn' });
}
