/** The pages whose sizes are compared. They do the same, and are bundled as users bundle theirs. */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import type { BuildOptions } from 'esbuild';

export interface PageVariant {
  readonly entryPoint: string;
  /** The package under measurement, which the page imports. */
  readonly packageName: string;
  readonly options: BuildOptions;
}

const entryPoint = (name: string) => fileURLToPath(new URL(`${name}.js`, import.meta.url));
const page = { entryPoint: entryPoint('page'), packageName: 'throughline' };

/** By the names of the subjects in size-suite.ts. */
export const PAGE_VARIANTS = {
  transform: {
    ...page,
    options: { conditions: ['throughline-promises-only'], plugins: [throughline({ install: false })] },
  },
  interception: { ...page, options: {} },
  'zone.js': {
    entryPoint: entryPoint('zone-page'),
    packageName: 'zone.js',
    // zone.js cannot follow native await, so the code is lowered.
    options: { target: 'es2016' },
  },
} as const satisfies Readonly<Record<string, PageVariant>>;
