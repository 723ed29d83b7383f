import throughline from '@throughline/transform/vite';
import { build as buildWithVite } from 'vite';
import { PAGE_FOLDER } from '../built-packages.js';
import type { Build } from './build-request.js';

export const build: Build = async ({ outputFolder, hasPlugin, hasSourceMaps }) => {
  await buildWithVite({
    root: PAGE_FOLDER,
    configFile: false,
    logLevel: 'error',
    plugins: hasPlugin ? [throughline()] : [],
    build: { outDir: outputFolder, emptyOutDir: true, sourcemap: hasSourceMaps, chunkSizeWarningLimit: 100_000 },
  });
};
