/**
 * A server whose bundler leaves the packages out, and whose tracer copies their files: what Nitro does with a server of
 * Nuxt. The bundler finds the packages under its own conditions, `module` included, and Node later under those of Node.
 */
import { ES_MODULE, OUTPUT } from './programs.js';
import type { Project } from './project.js';

/** Finds each entry point as Rollup does, and copies the files with Nitro's tracer. */
const TRACE = `import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { traceNodeModules } from 'nf3';
import { rollup } from 'rollup';

const names = ['throughline', ...['request', 'opentelemetry', 'propagation', 'transform', 'doctor'].map((name) => '@throughline/' + name)];
const entryPoints = names.flatMap((name) =>
  Object.entries(JSON.parse(readFileSync('node_modules/' + name + '/package.json', 'utf8')).exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath]) => name + subpath.slice(1)));

const conditions = ['production', 'node', 'import', 'default'];
const files = [];
const finder = {
  name: 'finder',
  async buildStart() {
    for (const entryPoint of entryPoints) files.push((await this.resolve(entryPoint, 'main.js')).id);
  },
};
await rollup({ input: 'empty.js', plugins: [finder, nodeResolve({ exportConditions: conditions })], onwarn() {} });
await traceNodeModules(files, { outDir: 'out', conditions });
for (const name of ['main.js', 'check.js', 'package.json']) copyFileSync(name, 'out/' + name);
writeFileSync('out/entry-points.json', JSON.stringify(entryPoints));
`;

/** Finds each entry point as Node does. */
const CHECK = `import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { demo } from './main.js';

for (const entryPoint of JSON.parse(readFileSync(new URL('entry-points.json', import.meta.url), 'utf8'))) {
  const url = import.meta.resolve(entryPoint);
  const isCopied = url.startsWith(new URL('node_modules/', import.meta.url)) && existsSync(fileURLToPath(url));
  if (!isCopied) throw new Error(url + ' has not been copied');
}
console.log(await demo());
`;

export const TRACED_SERVER: Project = {
  title: 'A server whose packages a tracer copies',
  group: 'Bundlers and applications',
  dependencies: { nf3: '^0.4.0', rollup: '^4.0.0', '@rollup/plugin-node-resolve': '^16.0.0' },
  manifest: { type: 'module' },
  files: { 'main.js': ES_MODULE, 'empty.js': '', 'trace.js': TRACE, 'check.js': CHECK },
  commands: [
    ['node', 'trace.js'],
    ['node', 'out/check.js'],
  ],
  output: OUTPUT,
  isQuick: true,
};
