/** The bundlers and the conformance tests run the code; these tests check to which files it is added. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { transform } from './transform.js';

const COMMONJS = 'module.exports = function Promise() {};\n';
const MODULE = 'export default function Promise() {}\n';

describe('promise classes of libraries', () => {
  for (const file of [
    '/app/node_modules/bluebird/js/browser/bluebird.js',
    'C:\\app\\node_modules\\bluebird\\js\\browser\\bluebird.core.js',
    '/app/node_modules/bluebird/js/browser/bluebird.min.js',
    '/app/node_modules/bluebird/js/release/bluebird.js',
    '/app/node_modules/es6-promise/dist/es6-promise.js',
    '/app/node_modules/promise/lib/core.js',
    '/app/node_modules/promise-polyfill/lib/index.js',
    '/app/node_modules/.pnpm/q@1.5.1/node_modules/q/q.js',
    '/app/node_modules/rsvp/dist/rsvp.js',
    '/app/node_modules/when/lib/Promise.js',
    '/app/node_modules/core-js/modules/es.promise.constructor.js',
  ]) {
    it(`are followed by code at the end of ${file}`, () => {
      const code = transform(COMMONJS, { filename: file })?.code ?? '';
      assert.ok(code.startsWith(COMMONJS), code);
      assert.match(code.slice(COMMONJS.length), /^\n.*require\("async_hooks"\)/);
      assert.doesNotThrow(() => new Function('module', 'require', code));
    });

    it(`are not looked for in ${file} if a bundler has converted it to a module`, () => {
      assert.equal(transform(MODULE, { filename: file }), undefined);
    });
  }

  for (const file of ['/app/node_modules/rsvp/dist/rsvp.es.js', '/app/node_modules/promise-polyfill/src/index.js']) {
    it(`are followed by code at the end of the module ${file}`, () => {
      const code = transform(MODULE, { filename: file })?.code ?? '';
      assert.ok(code.startsWith(MODULE), code);
      assert.match(code.slice(MODULE.length), /^\nimport\{AsyncResource as _AsyncResource\}from"async_hooks";/);
    });
  }

  it('are not looked for in other files', () => {
    for (const file of [
      '/app/src/q.js',
      '/app/node_modules/q/queue.js',
      '/app/node_modules/not-q/q.js',
      '/app/node_modules/bluebird/js/release/promise.js',
    ]) {
      assert.equal(transform(COMMONJS, { filename: file }), undefined, file);
    }
  });
});
