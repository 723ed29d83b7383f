/**
 * Four builds of this folder: the page (`vite build`), and three builds of the flows that it shows, all from the same
 * source (`vite build --mode global`, `--mode interception` and `--mode transform`).
 */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/vite';
import { defineConfig, type UserConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The differences between the three builds of the flows. */
const modeConfigs: Readonly<Record<string, UserConfig>> = {
  global: { resolve: { alias: { throughline: path('flow/plain-global.ts') } } },
  interception: {},
  transform: { plugins: [throughline()] },
};

export default defineConfig(({ mode }) => {
  const modeConfig = modeConfigs[mode];
  const isPage = modeConfig === undefined;
  return {
    ...modeConfig,
    root: path(isPage ? 'page' : 'flow'),
    // Relative URLs, so that a server can mount the pages under any path.
    base: './',
    build: { outDir: path(isPage ? 'dist/pages' : `dist/pages/${mode}`), emptyOutDir: true },
  };
});
