// expects: two storages, missing, line 2
/** A package has a build for import and one for require, and the application loads both. */
import { writeFiles } from './files.mjs';

const folder = writeFiles('import-and-require', {
  'node_modules/request-context/package.json': JSON.stringify({
    name: 'request-context',
    exports: { import: './dist/esm/context.mjs', require: './dist/cjs/context.cjs' },
  }),
  'node_modules/request-context/dist/esm/context.mjs': `import { AsyncLocalStorage } from 'node:async_hooks';
export const context = new AsyncLocalStorage();
`,
  'node_modules/request-context/dist/cjs/context.cjs': `const { AsyncLocalStorage } = require('node:async_hooks');
exports.context = new AsyncLocalStorage();
`,
  'old.cjs': `const { context } = require('request-context');
exports.log = () => context.getStore();
`,
  'app.mjs': `import { context } from 'request-context';
import { log } from './old.cjs';
await context.run(1, async () => {
  await null;
  log();
});
`,
});
await import(new URL('app.mjs', folder));
