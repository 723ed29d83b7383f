/** What is transformed: real packages, as they are published, and an app. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Input {
  readonly code: string;
  readonly filename: string;
}

const { resolve } = createRequire(import.meta.url);

export const INPUTS: Readonly<Record<string, () => Promise<Input>>> = {
  'react-dom': () => published('react-dom', 'cjs/react-dom-client.development.js'),
  // TypeScript's own package has it no longer: its compiler is no JavaScript now. This is the last one that was.
  typescript: () => published('@ts-morph/common', 'dist/typescript.js'),
  app,
};

async function published(name: string, file: string): Promise<Input> {
  const filename = join(folderOf(name), file);
  return { code: await readFile(filename, 'utf8'), filename };
}

/** Found by its entry, since not every package shows its package.json. */
function folderOf(name: string): string {
  const entry = resolve(name);
  const end = entry.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length;
  return entry.slice(0, end);
}

/** What drives the browsers in this workspace, with all that it needs: mostly async functions. */
async function app(): Promise<Input> {
  const entry = fileURLToPath(import.meta.resolve('@throughline/testing/browsers'));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    // They are optional, and there only where somebody has built them.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'error',
  });
  return { code: outputFiles[0]?.text ?? '', filename: join(dirname(entry), 'app.mjs') };
}
