import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { runsInPlayground } from './playground-programs.js';

test('a program runs in the playground if it needs only what a page has', () => {
  equal(runsInPlayground("import { AsyncLocalStorage } from 'throughline';\nnew AsyncLocalStorage();"), true);
  equal(runsInPlayground("import 'throughline/register';\nimport { AsyncLocalStorage } from 'throughline';"), false);
  equal(runsInPlayground("import { createServer } from 'node:http';\nimport 'throughline';"), false);
  equal(runsInPlayground("import { report } from 'throughline';\nconsole.log(process.pid, report());"), false);
  equal(runsInPlayground("// TypeScript\nimport { Propagated } from '@throughline/propagation';"), false);
  equal(runsInPlayground('f();'), false);
});
