/** Bundles each subject with a host. Each bundle is built the way that applications with this subject are built. */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import { type BuildOptions, build } from 'esbuild';
import { requireEntry } from '../measure/require-entry.js';
import { browserSuite } from './browser-suite.js';

/** `page` runs in a browser (page-host.ts), `process` in Node (process-host.ts). */
type Host = 'page' | 'process';

interface BundleRecipe {
  /** Code that defines `subject`. It comes before all other code of the bundle. */
  readonly source: string;
  readonly options?: BuildOptions;
}

/** By the names of the subjects in browser-suite.ts. */
const RECIPES: Readonly<Record<string, BundleRecipe>> = {
  transform: {
    source: `import { throughlineSubject } from './subjects/throughline-in-browser.js'; const subject = throughlineSubject('transformed');`,
    options: { plugins: [throughline()] },
  },
  interception: {
    source: `import { throughlineSubject } from './subjects/throughline-in-browser.js'; const subject = throughlineSubject('intercepted');`,
  },
  'zone.js': {
    source: `import { subject } from './subjects/zone-js.js';`,
    // ES2016 has no native async functions, which is how Angular builds for zone.js. All browsers have import().
    options: { target: 'es2016', supported: { 'dynamic-import': true } },
  },
  none: { source: `import { subject } from './subjects/no-tracking-in-browser.js';` },
};

const cache = new Map<Host, Promise<Record<string, string>>>();

/** @returns by subject, the code of one module that takes a sample and reports it */
export function bundleSubjects(host: Host): Promise<Record<string, string>> {
  const cached = cache.get(host);
  if (cached !== undefined) return cached;
  const bundles = Promise.all(
    Object.keys(browserSuite.subjects).map(async (subject) => [subject, await bundle(subject, host)] as const),
  ).then((entries) => Object.fromEntries(entries));
  cache.set(host, bundles);
  return bundles;
}

async function bundle(subject: string, host: Host): Promise<string> {
  const { source, options } = requireEntry(RECIPES, subject);
  const result = await build({
    stdin: {
      contents: `${source}\nimport { reportSample } from './${host}-host.js';\nreportSample(subject);`,
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
