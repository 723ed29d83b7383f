/** Runs the programs of the README, and checks that it is complete without the repository. */
import { testReadme } from '@throughline/testing/docblocks';

testReadme({
  packageFolder: new URL('../../', import.meta.url),
  workingFolder: new URL('readme/', import.meta.url),
  silent: { 'vite.config.js': 'a configuration file, which only Vite reads' },
});
