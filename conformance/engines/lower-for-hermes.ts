/**
 * Compiles a script for Hermes with the preset of React Native, as Metro does. Metro does so file by file, after the
 * transform.
 */
import { createRequire } from 'node:module';
import { type PluginObj, transformAsync, type Visitor } from '@babel/core';

const require = createRequire(import.meta.url);

/**
 * How async functions reach Hermes: compiled to generators, as in React Native today, or unchanged, with the option
 * `unstable_preserveAsync` of its preset.
 */
export type AsyncSyntax = 'lowered' | 'native';

const visitor: Visitor = {
  ArrowFunctionExpression(path) {
    if (path.node.async) path.arrowFunctionToExpression({ noNewArrows: true });
  },
};

/** Async arrow functions become function expressions. */
const lowerAsyncArrows = (): PluginObj => ({ name: 'async-arrow-functions', visitor });

export async function lowerForHermes(script: string, asyncSyntax: AsyncSyntax): Promise<string> {
  const isNative = asyncSyntax === 'native';
  const options = {
    disableImportExportTransform: true,
    enableBabelRuntime: false,
    customTransformOptions: { unstable_preserveAsync: isNative },
  };
  const result = await transformAsync(script, {
    babelrc: false,
    configFile: false,
    compact: false,
    sourceType: 'script',
    presets: [[require.resolve('@react-native/babel-preset'), options]],
    // Hermes 0.12 has neither async arrow functions nor async generators and `for await`.
    plugins: isNative ? [lowerAsyncArrows, require.resolve('@babel/plugin-transform-async-generator-functions')] : [],
  });
  return result?.code ?? '';
}
