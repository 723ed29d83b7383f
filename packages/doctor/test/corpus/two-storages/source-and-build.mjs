// expects: two storages, missing, line 1
/** A script imports the build of the application, whose sources it also uses. */
import { writeFiles } from './files.mjs';

const context = `export const current = new (await import('node:async_hooks')).AsyncLocalStorage({ name: 'current' });
`;
const folder = writeFiles('source-and-build', {
  'package.json': JSON.stringify({ name: 'application', type: 'module' }),
  'src/context.js': context,
  'dist/context.js': context,
  'dist/log.js': `import { current } from './context.js';
export const log = () => current.getStore();
`,
  'app.js': `import { current } from './src/context.js';
import { log } from './dist/log.js';
current.run(1, log);
`,
});
await import(new URL('app.js', folder));
