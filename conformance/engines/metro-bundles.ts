/** Bundles a program with Metro, as React Native does: each file is compiled by its preset. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { withThroughline } from '@throughline/transform/metro';
import { loadConfig, mergeConfig, runBuild } from 'metro';
import type { AsyncSyntax } from './lower-for-hermes.js';

const require = createRequire(import.meta.url);

/** What adds the transform. */
export type MetroSetup = 'withThroughline' | 'plugin for Babel';

export interface MetroBuild {
  readonly setup: MetroSetup;
  readonly asyncSyntax: AsyncSyntax;
  readonly platform: 'ios' | 'android';
  readonly inlineRequires: boolean;
}

/**
 * @param files the text of each file; `index.js` is the entry
 * @returns the script
 */
export async function bundleWithMetro(
  files: Readonly<Record<string, string>>,
  { setup, asyncSyntax, platform, inlineRequires }: MetroBuild,
): Promise<string> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-metro-')));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    for (const name of ['throughline', '@throughline/transform']) copyPackage(name, root);
    writeFileSync(join(root, 'babel.config.js'), babelConfig(setup, asyncSyntax, inlineRequires));
    const config = mergeConfig(await loadConfig({ cwd: root, config: undefined }), {
      projectRoot: root,
      watchFolders: [root, dirname(require.resolve('metro-runtime/package.json'))],
      resetCache: true,
      cacheStores: [],
      // The transformer of React Native reads the configuration of Babel once in a process.
      maxWorkers: 2,
      reporter: { update() {} },
      resolver: { useWatchman: false },
      transformer: {
        asyncRequireModulePath: require.resolve('metro-runtime/src/modules/asyncRequire'),
        babelTransformerPath: require.resolve('@react-native/metro-babel-transformer'),
        enableBabelRuntime: false,
        getTransformOptions: async () => ({ transform: { experimentalImportSupport: inlineRequires, inlineRequires } }),
      },
    });
    const { code } = await runBuild(setup === 'withThroughline' ? withThroughline(config) : config, {
      entry: 'index.js',
      platform,
      dev: false,
      minify: false,
    });
    return code;
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Metro finds no file outside of the project, so links would lead nowhere. */
function copyPackage(name: string, root: string): void {
  const from = dirname(require.resolve(`${name}/package.json`));
  const to = join(root, 'node_modules', name);
  mkdirSync(to, { recursive: true });
  for (const part of name === 'throughline' ? ['package.json', 'lib'] : ['package.json', 'lib', 'dist/bundlers']) {
    cpSync(join(from, part), join(to, part), { recursive: true });
  }
}

function babelConfig(setup: MetroSetup, asyncSyntax: AsyncSyntax, keepsImports: boolean): string {
  const isNative = asyncSyntax === 'native';
  const options = {
    disableImportExportTransform: keepsImports,
    enableBabelRuntime: false,
    customTransformOptions: { unstable_preserveAsync: isNative },
  };
  const plugins = [
    ...(setup === 'withThroughline' ? [] : [require.resolve('@throughline/transform/babel')]),
    // Hermes 0.12 has no async generators and `for await`.
    ...(isNative ? [require.resolve('@babel/plugin-transform-async-generator-functions')] : []),
  ].map((path) => JSON.stringify(path));
  // It has no async arrow functions either.
  if (isNative) plugins.push(`() => ({ name: 'async-arrow-functions', visitor: { ${LOWER_ASYNC_ARROWS} } })`);
  const preset = JSON.stringify([require.resolve('@react-native/babel-preset'), options]);
  return `module.exports = { presets: [${preset}], plugins: [${plugins}] };`;
}

const LOWER_ASYNC_ARROWS =
  'ArrowFunctionExpression(path) { if (path.node.async) path.arrowFunctionToExpression({ noNewArrows: true }); }';
