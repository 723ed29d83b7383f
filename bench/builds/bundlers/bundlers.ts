/** The bundlers that run in the process that is measured. esbuild starts another one. */
import { createRequire } from 'node:module';
import type { Build } from './build-request.js';

interface Bundler {
  readonly version: string;
  /** Loads the bundler and none of the others. */
  load(): Promise<Build>;
}

const require = createRequire(import.meta.url);
const versionOf = (name: string): string => require(`${name}/package.json`).version;

/** By their names in the names of the environments. */
export const BUNDLERS: Readonly<Record<string, Bundler>> = {
  vite: { version: versionOf('vite'), load: async () => (await import('./vite-build.js')).build },
  rolldown: { version: versionOf('rolldown'), load: async () => (await import('./rolldown-build.js')).build },
  webpack: { version: versionOf('webpack'), load: async () => (await import('./webpack-build.js')).build },
};
