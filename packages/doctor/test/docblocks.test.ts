/** Runs the examples of the public docblocks, and compares what they print with their comments. */
import { testDocblocks } from '@throughline/testing/docblocks';

testDocblocks({
  packageFolder: new URL('../../', import.meta.url),
  internalSubpaths: { './bundler': 'only @throughline/transform imports it' },
  withoutExample: { 'FlowInspector.close': 'the example of inspectFlows() calls it' },
  nodeOptions: { inspectFlows: ['--import', '@throughline/doctor/register'] },
});
