/** All suites, in the order of docs/benchmarks.md, and their environments. A new suite is registered here. */
import { browserSuite } from './browsers/browser-suite.js';
import { buildSuite } from './builds/build-suite.js';
import { contextSuite } from './contexts/context-suite.js';
import { growthSuite } from './growth/growth-suite.js';
import type { Runtime } from './measure/runtimes.js';
import { pageSuite } from './pages/page-suite.js';
import { propagationSuite } from './propagation/propagation-suite.js';
import { requestSuite } from './requests/request-suite.js';
import { serverSuite } from './servers/server-suite.js';
import { sessionSuite } from './sessions/session-suite.js';
import { sizeSuite } from './sizes/size-suite.js';
import type { Environment } from './suite/environment.js';
import type { Suite, SuiteName } from './suite/suite.js';
import { transformSuite } from './transform/transform-suite.js';

export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  servers: serverSuite,
  browsers: browserSuite,
  sizes: sizeSuite,
  transform: transformSuite,
  builds: buildSuite,
  requests: requestSuite,
  sessions: sessionSuite,
  contexts: contextSuite,
  propagation: propagationSuite,
  growth: growthSuite,
  pages: pageSuite,
};

/**
 * Lists the environments of a suite. The imports are dynamic because only the selected suite should load what starts
 * its environments: the packages that drive browsers take a while to load.
 * @param named runtimes from the command line
 * @param includesInstalled whether to add the runtimes in `.runtimes`
 */
export async function loadEnvironments(
  suite: SuiteName,
  named: readonly Runtime[],
  includesInstalled: boolean,
): Promise<Environment[]> {
  switch (suite) {
    case 'servers':
      return (await import('./servers/server-environments.js')).serverEnvironments(named, includesInstalled);
    case 'browsers':
      return (await import('./browsers/browser-environments.js')).browserEnvironments(named);
    case 'sizes':
      return (await import('./sizes/size-environments.js')).sizeEnvironments();
    case 'transform':
      return (await import('./transform/transform-environments.js')).transformEnvironments();
    case 'builds':
      return (await import('./builds/build-environments.js')).buildEnvironments();
    case 'requests':
      return (await import('./requests/request-environments.js')).requestEnvironments(named, includesInstalled);
    case 'sessions':
      return (await import('./sessions/session-environments.js')).sessionEnvironments(named, includesInstalled);
    case 'contexts':
      return (await import('./contexts/context-environments.js')).contextEnvironments(named, includesInstalled);
    case 'propagation':
      return (await import('./propagation/propagation-environments.js')).propagationEnvironments(
        named,
        includesInstalled,
      );
    case 'growth':
      return (await import('./growth/growth-environments.js')).growthEnvironments(named, includesInstalled);
    case 'pages':
      return (await import('./pages/page-environments.js')).pageEnvironments();
  }
}
