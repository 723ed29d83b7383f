/** Builds the page twice: as is, and without the plugin, to show the failure that the plugin prevents. */
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';

// The compiled file is in dist/, so paths are relative to that folder.
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

function config(outDir: string): InlineConfig {
  return { root: path('..'), base: './', build: { outDir: path(outDir), emptyOutDir: true } };
}

await build({ ...config('pages'), configFile: path('../vite.config.ts'), logLevel: 'warn' });
// Vite warns that browsers have no `async_hooks`. That is what this build demonstrates, so only errors are logged.
await build({ ...config('pages/without-the-plugin'), configFile: false, logLevel: 'error' });
