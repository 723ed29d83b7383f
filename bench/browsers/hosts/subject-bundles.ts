/** Bundles a subject with a host for it, built as its users build their own code. */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import { type BuildOptions, build } from 'esbuild';
import { pick } from '../../measure/require-entry.js';

interface Recipe {
  /** Leaves the subject in `subject`. It stands before all other code. */
  readonly source: string;
  readonly options?: BuildOptions;
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  transform: {
    source: `import { throughline } from '../subjects/throughline-in-browser.js'; const subject = throughline('transformed');`,
    options: { plugins: [throughline()] },
  },
  interception: {
    source: `import { throughline } from '../subjects/throughline-in-browser.js'; const subject = throughline('intercepted');`,
  },
  'zone.js': {
    source: `import { subject } from '../subjects/zone-js.js';`,
    // Without native async functions, as Angular builds it; but with import(), which is older.
    options: { target: 'es2016', supported: { 'dynamic-import': true } },
  },
  none: { source: `import { subject } from '../subjects/no-tracking-in-browser.js';` },
};

/** @returns one module */
export async function bundle(subject: string, host: 'page' | 'process'): Promise<string> {
  const { source, options } = pick(RECIPES, subject);
  const result = await build({
    stdin: {
      contents: `${source}\nimport { answerHere } from './${host}-host.js';\nanswerHere(subject);`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['throughline-portable'],
    target: 'esnext',
    logLevel: 'error',
    ...options,
  });
  return result.outputFiles?.[0]?.text ?? '';
}
