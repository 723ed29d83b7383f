/** Runs the examples of the public docblocks, and compares what they print with their comments. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { testDocblocks } from '@throughline/testing/docblocks';

/** The project that the examples of bundlers build. It is in this package, so that the name of the package resolves. */
const project = new URL('docblocks-project/', import.meta.url);
mkdirSync(new URL('src/', project), { recursive: true });
writeFileSync(new URL('src/main.js', project), 'export const main = async (value) => { await value; };\n');

const configuration = 'a configuration file: it runs, but only its bundler reads what it exports';

testDocblocks({
  packageFolder: new URL('../../', import.meta.url),
  workingFolder: project,
  silent: {
    'throughline of ./next': configuration,
    'throughline of ./vite': configuration,
    'throughline of ./rollup': configuration,
    'throughline of ./rolldown': configuration,
    'throughline of ./webpack': configuration,
    'throughline of ./rspack': configuration,
    'throughline of ./babel': configuration,
  },
  notRun: { 'withThroughline of ./metro': 'it needs the configuration of React Native, which is not installed' },
});
