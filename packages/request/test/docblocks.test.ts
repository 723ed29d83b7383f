/** Runs the examples of the public docblocks, and compares what they print with their comments. */
import { testDocblocks } from '@throughline/testing/docblocks';
import { transformSync } from 'esbuild';

testDocblocks({
  packageFolder: new URL('../../', import.meta.url),
  withoutExample: {
    'RequestScopeModule.configure of ./nest': 'only Nest calls it',
    'AtomicKeyvAdapter.compareAndSet of ./sessions': 'the example of AtomicKeyvAdapter implements it',
    'AtomicKeyvAdapter.deleteExpired of ./sessions': 'an optional method that only the sessions call',
  },
  toJavaScript: (code) => transformSync(code, { loader: 'ts' }).code,
});
