/** Chromium. Each sample is a new page in a new profile, and therefore a separate process. */
import { openPageSampler } from '../browsers/page-sampler.js';
import type { Environment } from '../suite/environment.js';
import { bundleKey, bundlePages } from './page-bundles.js';

export function pageEnvironments(): Environment[] {
  return [
    {
      name: 'pages-chromium',
      startUpMs: 1500,
      async open() {
        const bundles = await bundlePages();
        const bundleOf = (subject: string, workload = 'vue') => bundleKey(workload, subject);
        return openPageSampler('chromium', { bundles, bundleOf });
      },
    },
  ];
}
