/**
 * Four builds of this folder: the page (`vite build`), and three builds of the flows that it shows, all from the same
 * source (`vite build --mode none`, `--mode zone` and `--mode throughline`). All keep native `async` functions.
 */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/vite';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig(({ mode }) => {
  const isPage = !['none', 'zone', 'throughline'].includes(mode);
  return {
    root: path(isPage ? 'page' : 'flow'),
    // Relative URLs, so that a server can mount the pages under any path.
    base: './',
    resolve: { alias: { 'context-manager': path(`flow/managers/${mode}.ts`) } },
    plugins: mode === 'throughline' ? [throughline()] : [],
    build: { outDir: path(isPage ? 'dist/pages' : `dist/pages/${mode}`), emptyOutDir: true },
  };
});
