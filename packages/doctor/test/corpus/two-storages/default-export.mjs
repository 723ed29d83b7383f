// expects: two storages, missing, line 2
/** A module whose default export is a storage is imported with and without a query. */
import { writeFiles } from './files.mjs';

const folder = writeFiles('default-export', {
  'package.json': JSON.stringify({ name: 'shop', type: 'module' }),
  'src/context.js': `import { AsyncLocalStorage } from 'node:async_hooks';
export default new AsyncLocalStorage();
export const locales = new AsyncLocalStorage();
`,
  'app.js': `import context, { locales } from './src/context.js';
import copy from './src/context.js?v=2';
for (const id of [1, 2]) context.run({ id }, () => locales.run('en', () => [copy.getStore(), locales.getStore()]));
`,
});
await import(new URL('app.js', folder));
