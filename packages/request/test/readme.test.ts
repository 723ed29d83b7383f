/** Runs the programs of the README, and checks that it is complete without the repository. */
import { testReadme } from '@throughline/testing/docblocks';

// The program with sessions reads it.
process.env.SESSION_SECRET = 'a secret for the tests of the README, used nowhere else';

testReadme({
  packageFolder: new URL('../../', import.meta.url),
  workingFolder: new URL('readme/', import.meta.url),
});
