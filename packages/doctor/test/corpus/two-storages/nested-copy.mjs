// expects: two storages, missing, line 2
/** A plugin has its own copy of the package that holds the context. */
import { writeFiles } from './files.mjs';

const context = `import { AsyncLocalStorage } from 'node:async_hooks';
export const context = new AsyncLocalStorage();
`;
const manifest = JSON.stringify({ name: 'request-context', type: 'module', exports: './index.js' });
const folder = writeFiles('nested-copy', {
  'node_modules/request-context/package.json': manifest,
  'node_modules/request-context/index.js': context,
  'node_modules/plugin/package.json': JSON.stringify({ name: 'plugin', type: 'module', exports: './index.js' }),
  'node_modules/plugin/index.js': `import { context } from 'request-context';
export const log = () => context.getStore();
`,
  'node_modules/plugin/node_modules/request-context/package.json': manifest,
  'node_modules/plugin/node_modules/request-context/index.js': context,
  'app.mjs': `import { context } from 'request-context';
import { log } from 'plugin';
for (const id of [1, 2]) context.run({ id }, () => log());
`,
});
await import(new URL('app.mjs', folder));
