/** Runs the examples of the public docblocks, and compares what they print with their comments. */
import { testDocblocks } from '@throughline/testing/docblocks';
import { transformSync } from 'esbuild';

testDocblocks({
  packageFolder: new URL('../../', import.meta.url),
  withoutExample: { 'Endpoint.postMessage of ./comlink': 'only Comlink calls it' },
  notRun: {
    'runTask of ./piscina':
      'its pool has a file of its own; guide-programs.test.ts runs the same program with both files',
  },
  toJavaScript: (code) => transformSync(code, { loader: 'ts' }).code,
});
