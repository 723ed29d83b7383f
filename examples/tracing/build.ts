/** Builds the page, and beside it the same page without the plugin, to show what fails then. */
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Where things are. The compiled file is in dist/. */
function config(outDir: string): InlineConfig {
  return { root: path('..'), base: './', build: { outDir: path(outDir), emptyOutDir: true } };
}

await build({ ...config('pages'), configFile: path('../vite.config.ts'), logLevel: 'warn' });
// Vite warns that there is no async_hooks, which is what is to be shown.
await build({ ...config('pages/without-the-plugin'), configFile: false, logLevel: 'error' });
