/**
 * Loaded first with `node --import @throughline/transform/register app.js`, or with `--require`. From then on every ES
 * module and CommonJS module is transformed when Node loads it.
 *
 *     Node 22.15, 23.5 and newer    import and require    synchronous-hooks.ts
 *     older                         import                asynchronous-hooks.ts, in a separate thread
 *                                   require               patch-commonjs-loader.ts
 */
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { HELPER_URL } from './helper-url.js';
import { patchCommonJsLoader } from './patch-commonjs-loader.js';
import { synchronousHooks } from './synchronous-hooks.js';

// Loaded before any file needs the helpers, because not every version of Node can require an ES module from every
// CommonJS module.
const helpers: unknown = createRequire(import.meta.url)(fileURLToPath(HELPER_URL));

if (typeof module.registerHooks === 'function') module.registerHooks(synchronousHooks);
else {
  module.register('./asynchronous-hooks.js', import.meta.url);
  patchCommonJsLoader(helpers);
}
