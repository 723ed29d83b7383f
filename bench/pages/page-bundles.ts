/** Builds each application for each subject, minified and for production, as applications are built. */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import { build, type Plugin } from 'esbuild';
import { requireEntry } from '../measure/require-entry.js';
import { FRAMEWORK_NAMES, pageSuite } from './page-suite.js';

interface SubjectRecipe {
  /** The module that exports `subject`. */
  readonly module: string;
  readonly plugins?: readonly Plugin[];
}

/** By the names of the subjects in page-suite.ts. */
const RECIPES: Readonly<Record<string, SubjectRecipe>> = {
  transform: { module: './subjects/transformed-page.js', plugins: [throughline()] },
  interception: { module: './subjects/intercepted-page.js' },
  none: { module: '../browsers/subjects/no-tracking-in-browser.js' },
};

export const bundleKey = (framework: string, subject: string) => `${framework}-${subject}`;

/** @returns by bundleKey(), the code of one module that takes a sample and reports it */
export async function bundlePages(): Promise<Record<string, string>> {
  const keys = FRAMEWORK_NAMES.flatMap((framework) =>
    Object.keys(pageSuite.subjects).map((subject) => [framework, subject] as const),
  );
  const bundles = keys.map(async ([framework, subject]) => [
    bundleKey(framework, subject),
    await bundle(framework, subject),
  ]);
  return Object.fromEntries(await Promise.all(bundles));
}

async function bundle(framework: string, subject: string): Promise<string> {
  const { module, plugins = [] } = requireEntry(RECIPES, subject);
  const result = await build({
    stdin: {
      contents: `import { subject } from '${module}';
        import { app } from './apps/${framework}-app.js';
        import { reportPage } from './framework-host.js';
        reportPage('${framework}', subject, app);`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['throughline-portable'],
    target: 'esnext',
    logLevel: 'error',
    // Templates are compiled in the page.
    alias: { vue: 'vue/dist/vue.esm-bundler.js' },
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      ngDevMode: 'false',
    },
    plugins: [...plugins],
  });
  return result.outputFiles[0]?.text ?? '';
}
