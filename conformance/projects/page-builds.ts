/** How each bundler builds `page.js` with the plugin. */

export const PAGE_HTML = '<!doctype html><title>A page</title><script type="module" src="page.js"></script>\n';

export const ESBUILD_BUILD = `import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';
await build({ entryPoints: ['page.js'], outdir: 'dist', bundle: true, format: 'esm', plugins: [throughline()] });
`;

export const RSPACK_BUILD = `import { rspack } from '@rspack/core';
import throughline from '@throughline/transform/rspack';
export const output = { path: import.meta.dirname + '/dist', filename: 'page.js' };
rspack({ mode: 'production', target: 'web', entry: './page.js', output, plugins: [throughline()] }, (error, stats) => {
  if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'));
});
`;

export const ROLLDOWN_BUILD = `import throughline from '@throughline/transform/rolldown';
import { build } from 'rolldown';
await build({ input: 'page.js', platform: 'browser', output: { dir: 'dist' }, plugins: [throughline()] });
`;

export const VITE_CONFIG = `import throughline from '@throughline/transform/vite';
export default { plugins: [throughline()] };
`;

export const WEBPACK_BUILD = `import webpack from 'webpack';
import throughline from '@throughline/transform/webpack';
const output = { path: import.meta.dirname + '/dist', filename: 'page.js' };
const optimization = { minimize: false };
const plugins = [throughline()];
webpack({ mode: 'production', target: 'web', entry: './page.js', output, optimization, plugins }, (error, stats) => {
  if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'));
});
`;

export const ROLLUP_BUILD = `import resolve from '@rollup/plugin-node-resolve';
import throughline from '@throughline/transform/rollup';
import { rollup } from 'rollup';
const bundle = await rollup({ input: 'page.js', plugins: [throughline(), resolve({ browser: true })] });
await bundle.write({ dir: 'dist' });
`;
