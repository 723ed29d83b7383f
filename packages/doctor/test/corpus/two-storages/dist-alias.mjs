// expects: two storages, missing, line 3
/** A workspace links the sources of a package, while its plugin was bundled with a copy of the build. */
import { writeFiles } from './files.mjs';

const store = (semicolon) => `import * as hooks from 'node:async_hooks'${semicolon}

export const requestStore = new hooks.AsyncLocalStorage()${semicolon}
`;
const folder = writeFiles('dist-alias', {
  'packages/store/package.json': JSON.stringify({ name: '@shop/store', type: 'module' }),
  'packages/store/src/store.js': store(';'),
  'packages/store/dist/esm/store.js': store(''),
  'plugin.mjs': `import { requestStore } from './packages/store/dist/esm/store.js';
export function audit(action) { return { action, by: requestStore.getStore()?.user }; }
`,
  'app.mjs': `import { requestStore } from './packages/store/src/store.js';
import { audit } from './plugin.mjs';
await Promise.all(['a', 'b'].map((user) => requestStore.run({ user }, async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  audit('login');
})));
`,
});
await import(new URL('app.mjs', folder));
