// expects: two storages, missing, line 2
/** One version of a package is linked, and another one is installed below a dependency. */
import { writeFiles } from './files.mjs';

const version = (number) => JSON.stringify({ name: '@acme/tracing', version: number, main: './lib/index.js' });
const folder = writeFiles('compiled-copy', {
  'packages/tracing/package.json': version('2.0.0'),
  'packages/tracing/lib/index.js': `const { AsyncLocalStorage } = require('async_hooks');
const spans = (exports.spans = new AsyncLocalStorage());
exports.withSpan = (name, fn) => spans.run(name, fn);
`,
  'node_modules/@acme/tracing/package.json': version('1.4.0'),
  'node_modules/@acme/tracing/lib/index.js': `const async_hooks_1 = require('async_hooks');
exports.spans = new async_hooks_1.AsyncLocalStorage();
exports.currentSpan = () => exports.spans.getStore();
`,
  'app.cjs': `const { withSpan } = require('./packages/tracing');
const { currentSpan } = require('@acme/tracing');
withSpan('GET /', () => currentSpan());
`,
});
await import(new URL('app.cjs', folder));
