// expects: two storages, missing, line 2
/** A module is imported with a query, which makes it another module. */
import { writeFiles } from './files.mjs';

const folder = writeFiles('query', {
  'package.json': JSON.stringify({ name: 'application', type: 'module' }),
  'context.js': `import { AsyncLocalStorage } from 'node:async_hooks';
export const context = new AsyncLocalStorage();
`,
  'log.js': `import { context } from './context.js?hot=1';
export const log = () => context.getStore();
`,
  'app.js': `import { context } from './context.js';
import { log } from './log.js';
context.run(1, log);
`,
});
await import(new URL('app.js', folder));
