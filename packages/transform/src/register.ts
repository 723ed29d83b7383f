/**
 * What `node --import @throughline/transform/register app.js` loads first: from then on every ES module and CommonJS file
 * is transformed when Node loads it.
 */
import module from 'node:module';
import { patchCommonJsLoader } from './commonjs-loader.js';
import { HELPERS_URL } from './helpers-place.js';
import { moduleHooks } from './module-hooks.js';

// Before any file asks for them: not every Node can require an ES module from every CommonJS file.
const helpers: unknown = await import(HELPERS_URL);

if (typeof module.registerHooks === 'function') module.registerHooks(moduleHooks);
else {
  module.register('./thread-hooks.js', import.meta.url);
  patchCommonJsLoader(helpers);
}
