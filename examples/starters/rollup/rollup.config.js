import { readFile } from 'node:fs/promises';
import resolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';
import throughline from '@throughline/transform/rollup';

const html = {
  name: 'html',
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'index.html', source: await readFile('index.html') });
  },
};

export default {
  input: 'src/main.ts',
  output: { dir: 'dist', format: 'iife' },
  plugins: [throughline(), resolve({ browser: true }), typescript({ noEmitOnError: true }), html],
};
