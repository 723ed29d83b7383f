import { join } from 'node:path';
import throughline from '@throughline/transform/rolldown';
import { rolldown } from 'rolldown';
import { PAGE_FOLDER } from '../built-packages.js';
import type { Build } from './build-request.js';

export const build: Build = async ({ outputFolder, hasPlugin, hasSourceMaps }) => {
  const bundle = await rolldown({
    cwd: PAGE_FOLDER,
    input: join(PAGE_FOLDER, 'main.js'),
    platform: 'browser',
    logLevel: 'silent',
    moduleTypes: { '.css': 'empty', '.ttf': 'asset' },
    plugins: hasPlugin ? [throughline()] : [],
  });
  await bundle.write({ dir: outputFolder, minify: true, sourcemap: hasSourceMaps });
  await bundle.close();
};
