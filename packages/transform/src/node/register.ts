/**
 * What `node --import @throughline/transform/register app.js` loads first: from then on every ES module and CommonJS file
 * is transformed when Node loads it.
 */
import module from 'node:module';
import { HELPERS_URL } from './helper-url.js';
import { patchCommonJsLoader } from './patch-commonjs-loader.js';
import { moduleHooks } from './synchronous-hooks.js';

// Before any file asks for them: not every Node can require an ES module from every CommonJS file.
const helpers: unknown = await import(HELPERS_URL);

if (typeof module.registerHooks === 'function') module.registerHooks(moduleHooks);
else {
  module.register('./asynchronous-hooks.js', import.meta.url);
  patchCommonJsLoader(helpers);
}
