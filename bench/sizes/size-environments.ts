/** This process, in which esbuild bundles the pages. */
import { version } from 'esbuild';
import { requireEntry } from '../measure/require-entry.js';
import type { Environment } from '../suite/environment.js';
import { addedBytes } from './added-bytes.js';
import { PAGE_VARIANTS } from './page-variants.js';

export function sizeEnvironments(): Environment[] {
  return [
    {
      name: 'sizes',
      startUpMs: 0,
      async open() {
        return {
          check: async () => ({ figures: {}, version }),
          sample: async ({ subject }) => ({
            figures: { page: await addedBytes(requireEntry(PAGE_VARIANTS, subject)) },
            version,
          }),
          async close() {},
        };
      },
    },
  ];
}
