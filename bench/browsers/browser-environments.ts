/** The browsers that are measured, and Node with the portable engine. */
import { type BrowserName, browserNames } from '@throughline/testing/browsers';
import { installedRuntimes, type Runtime } from '../measure/runtimes.js';
import { type Environment, MissingEnvironment, type Sampler } from '../suite/environment.js';
import { openPageSampler } from './page-sampler.js';
import { openProcessSampler } from './process-sampler.js';
import { bundleSubjects } from './subject-bundles.js';

const PORTABLE_NODE = 'node26';

/** @param runtimes runtimes from the command line, among which may be the Node that runs the portable engine */
export function browserEnvironments(runtimes: readonly Runtime[]): Environment[] {
  return [...browserNames.map(browserEnvironment), portableEnvironment(runtimes)];
}

function browserEnvironment(name: BrowserName): Environment {
  return { name, startUpMs: 700, open: () => openBundles(name) };
}

async function openBundles(name: BrowserName): Promise<Sampler> {
  return openPageSampler(name, { bundles: await bundleSubjects('page'), bundleOf: (subject) => subject });
}

function portableEnvironment(named: readonly Runtime[]): Environment {
  const runtime = [...named, ...installedRuntimes()].find(({ name }) => name === PORTABLE_NODE);
  return {
    name: `portable-${PORTABLE_NODE}`,
    startUpMs: 100,
    workloads: ['await', 'pending'],
    async open() {
      if (runtime === undefined) {
        throw new MissingEnvironment(
          `Node 26 is not installed. Run npm run test:all, which installs it, or pass --runtime ${PORTABLE_NODE}=<path>.`,
        );
      }
      return openProcessSampler(runtime);
    },
  };
}
