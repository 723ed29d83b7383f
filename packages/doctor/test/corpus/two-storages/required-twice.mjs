// expects: two storages, missing, line 2
/** A development server removes a module from the cache of `require`, while another module keeps the first copy. */
import { writeFiles } from './files.mjs';

const folder = writeFiles('required-twice', {
  'package.json': JSON.stringify({ name: 'application' }),
  'context.js': `const { AsyncLocalStorage } = require('node:async_hooks');
const context = new AsyncLocalStorage();
module.exports = { context };
`,
  'log.js': `const { context } = require('./context');
exports.log = (text) => [text, context.getStore()];
`,
  'server.js': `const { log } = require('./log');
delete require.cache[require.resolve('./context')];
const { context } = require('./context');
for (const id of [1, 2]) context.run({ id }, () => log('request'));
`,
});
await import(new URL('server.js', folder));
