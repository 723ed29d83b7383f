/**
 * Four builds of this folder: the page (`vite build`), and the flows that it shows, three times the same code (`vite build
 * --mode global`, `interception` and `transform`).
 */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/vite';
import { defineConfig, type UserConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** All that the three differ in. */
const modes: Readonly<Record<string, UserConfig>> = {
  global: { resolve: { alias: { throughline: path('flow/plain-global.ts') } } },
  interception: {},
  transform: { plugins: [throughline()] },
};

export default defineConfig(({ mode }) => {
  const differences = modes[mode];
  const isPage = differences === undefined;
  return {
    ...differences,
    root: path(isPage ? 'page' : 'flow'),
    // So that a server can put the pages anywhere.
    base: './',
    build: { outDir: path(isPage ? 'dist/pages' : `dist/pages/${mode}`), emptyOutDir: true },
  };
});
