import throughline from '@throughline/transform/webpack';
import webpack from 'webpack';
import { PAGE_FOLDER } from '../built-packages.js';
import type { Build } from './build-request.js';

export const build: Build = ({ outputFolder, hasPlugin, hasSourceMaps }) =>
  new Promise((resolve, reject) => {
    const configuration: webpack.Configuration = {
      mode: 'production',
      context: PAGE_FOLDER,
      entry: './main.js',
      output: { path: outputFolder },
      devtool: hasSourceMaps ? 'source-map' : false,
      performance: false,
      module: {
        rules: [
          { test: /\.css$/, type: 'asset/resource' },
          { test: /\.ttf$/, type: 'asset/resource' },
        ],
      },
      plugins: hasPlugin ? [throughline()] : [],
    };
    webpack(configuration, (error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve();
    });
  });
