/** Runs the examples of the public docblocks and of the README, and compares what they print with their comments. */
import { testDocblocks, testReadme } from '@throughline/testing/docblocks';

const packageFolder = new URL('../', import.meta.url);

testDocblocks({
  packageFolder,
  internalSubpaths: {
    './await': 'only code that was built with the transform calls these functions',
    './await-script': 'only scripts that were built with the transform load it',
  },
  // On Node, install() patches nothing unless the engine is that of browsers.
  nodeOptions: { 'install of ./web': ['--conditions=throughline-portable'] },
});

testReadme({ packageFolder, workingFolder: new URL('readme/', import.meta.url) });
