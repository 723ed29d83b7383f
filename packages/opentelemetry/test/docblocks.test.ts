/** Runs the examples of the public docblocks, and compares what they print with their comments. */
import { testDocblocks } from '@throughline/testing/docblocks';
import { transformSync } from 'esbuild';

testDocblocks({
  packageFolder: new URL('../../', import.meta.url),
  withoutExample: {
    'ThroughlineContextManager.active': 'the example of the class calls it',
    'ThroughlineContextManager.with': 'the example of the class calls it',
    'ThroughlineContextManager.enable': 'it does nothing',
    'RegisteredTracing.shutdown of ./web': 'the example of registerNode() calls it',
    'ThroughlineIntegration.setupOnce of ./sentry': 'Sentry calls it',
    'ThroughlineIntegration.setup of ./sentry': 'Sentry calls it',
  },
  notRun: { 'registerWeb of ./web': 'it runs in a page, as the README shows' },
  toJavaScript: (code) => transformSync(code, { loader: 'ts' }).code,
});
