import throughline from '@throughline/transform/webpack';

export default {
  entry: ['./src/main.ts', './index.html'],
  output: { clean: true },
  module: {
    rules: [
      { test: /\.ts$/, use: 'ts-loader' },
      { test: /\.html$/, type: 'asset/resource', generator: { filename: '[name][ext]' } },
    ],
  },
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  plugins: [throughline()],
};
