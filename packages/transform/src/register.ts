/**
 * What `node --import @throughline/transform/register app.js` loads first: from then on every ES module and CommonJS file
 * is transformed when Node loads it.
 */
import module from 'node:module';
import { patchCommonJsLoader } from './commonjs-loader.js';
import { moduleHooks } from './module-hooks.js';

if (typeof module.registerHooks === 'function') module.registerHooks(moduleHooks);
else {
  module.register('./thread-hooks.js', import.meta.url);
  await patchCommonJsLoader();
}
