/** `npm run docs`: builds the site into `site/dist/site`. */
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { prepare } from '../prepare/prepare.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const start = performance.now();
await prepare(root);
const prepared = performance.now();
await build(fileURLToPath(new URL('../..', import.meta.url)));
const seconds = (ms: number) => (ms / 1000).toFixed(1);
console.log(
  `Built the site in ${seconds(performance.now() - start)} s: ${seconds(prepared - start)} s to write its pages, ` +
    `${seconds(performance.now() - prepared)} s to build them.`,
);
