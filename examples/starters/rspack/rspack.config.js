import { rspack } from '@rspack/core';
import throughline from '@throughline/transform/rspack';

export default {
  entry: './src/main.ts',
  output: { clean: true },
  module: {
    rules: [
      {
        test: /\.ts$/,
        loader: 'builtin:swc-loader',
        options: { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } },
        type: 'javascript/auto',
      },
    ],
  },
  resolve: { extensions: ['.ts', '.js'] },
  plugins: [throughline(), new rspack.HtmlRspackPlugin({ template: 'index.html' })],
};
