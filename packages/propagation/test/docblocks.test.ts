/** Runs the examples of the public docblocks, and compares what they print with their comments. */
import { testDocblocks } from '@throughline/testing/docblocks';
import { transformSync } from 'esbuild';

testDocblocks({
  packageFolder: new URL('../../', import.meta.url),
  withoutExample: {},
  toJavaScript: (code) => transformSync(code, { loader: 'ts' }).code,
});
