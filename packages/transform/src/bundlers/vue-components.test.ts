/** Components of Vue, whose loader for webpack and Rspack makes a request for each part of a file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { rspack } from '@rspack/core';
import { VueLoaderPlugin } from 'vue-loader';
import webpack from 'webpack';
import throughlineForRspack from './rspack.js';
import throughlineForWebpack from './webpack.js';

const FILES = {
  'Setup.vue': `<template><p @click="async () => { await 'template'; count++; }">{{ count }}</p></template>
<script setup>
const count = 1;
async function load() { await 'setup'; count++; }
</script>
<style>
p::after { content: "async () => { await style"; }
</style>
`,
  'Options.vue': `<template><p></p></template>
<script>
export default { async mounted() { await 'options'; this.count++; } };
</script>
`,
  'main.js': `import Setup from './Setup.vue';\nimport Options from './Options.vue';\nconsole.log(Setup, Options);\n`,
};

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-vue-')));
after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(root, name), text);
const require = createRequire(import.meta.url);

/** Creates the rules, which the plugin of the loader changes. */
const createRules = () => [
  { test: /\.vue$/, loader: require.resolve('vue-loader'), options: { experimentalInlineMatchResource: true } },
  { test: /\.css$/, type: 'css/auto' },
];
/** The options that webpack and Rspack share. */
const options = (filename: string) => ({
  mode: 'development' as const,
  devtool: false as const,
  context: root,
  entry: './main.js',
  externals: ['vue'],
  experiments: { css: true },
  output: { path: root, filename },
});

type Stats = { hasErrors(): boolean; toString(options: object): string } | null | undefined;
type Run = (done: (error: Error | null, stats: Stats) => void) => void;

const builds: Readonly<Record<string, (filename: string) => Run>> = {
  webpack: (filename) => (done) =>
    webpack(
      {
        ...options(filename),
        module: { rules: createRules() },
        plugins: [throughlineForWebpack({ install: false }), new VueLoaderPlugin() as webpack.WebpackPluginInstance],
      },
      done,
    ),
  rspack: (filename) => (done) =>
    rspack(
      {
        ...options(filename),
        module: { rules: createRules() },
        plugins: [throughlineForRspack({ install: false }), new VueLoaderPlugin() as never],
      },
      done,
    ),
};

it('webpack transforms a component once whose parts are requested with all loaders', async () => {
  await new Promise<void>((resolve, reject) =>
    webpack(
      {
        ...options('requests.js'),
        entry: './Options.vue',
        experiments: {},
        module: { rules: [{ test: /\.vue$/, loader: require.resolve('vue-loader') }] },
        plugins: [throughlineForWebpack({ install: false }), new VueLoaderPlugin() as webpack.WebpackPluginInstance],
      },
      (error, stats) =>
        error || stats?.hasErrors() ? reject(error ?? new Error(stats?.toString({ errors: true }))) : resolve(),
    ),
  );
  const code = readFileSync(join(root, 'requests.js'), 'utf8');
  assert.match(code, /await _f\.off\('options'\),_f\.on\(\)/);
});

for (const [name, build] of Object.entries(builds)) {
  it(`${name} transforms the script and the template of a component, each once`, async () => {
    await new Promise<void>((resolve, reject) =>
      build(`${name}.js`)((error, stats) => {
        if (error) reject(error);
        else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
        else resolve();
      }),
    );
    const code = readFileSync(join(root, `${name}.js`), 'utf8');
    for (const part of ['setup', 'template', 'options']) {
      assert.match(code, new RegExp(`await _f\\.off\\('${part}'\\),_f\\.on\\(\\)`), part);
      assert.doesNotMatch(code, new RegExp(`await '${part}'`), part);
    }
  });
}
