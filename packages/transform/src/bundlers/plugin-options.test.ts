import assert from 'node:assert/strict';
import { test } from 'node:test';
import esbuild from './esbuild.js';
import rolldown from './rolldown.js';
import rollup from './rollup.js';
import rspack from './rspack.js';
import vite from './vite.js';
import webpack from './webpack.js';

const PLUGINS: Readonly<Record<string, (options?: object) => unknown>> = {
  esbuild,
  rolldown,
  rollup,
  rspack,
  vite,
  webpack,
};

const INVALID: readonly [options: unknown, message: RegExp][] = [
  [
    { instal: false },
    /has no option instal\. Did you mean install\? The options are generators, server, install, libraries, doctor\.$/,
  ],
  [{ Server: true }, /Did you mean server\?/],
  [{ generator: 'next' }, /Did you mean generators\?/],
  [{ install: 'no' }, /The option install .* must be true or false, not 'no'\.$/],
  [{ server: 1 }, /The option server .* must be true or false, not 1\.$/],
  [{ generators: 'created' }, /The option generators .* must be one of next, creation, not 'created'\.$/],
  [
    { libraries: 'p-limit' },
    /The option libraries .* must be true, false or an object with true or false by name, not /,
  ],
  [{ libraries: { 'p-limit': 'no' } }, /The option libraries .* must be true, false or an object/],
  [{ libraries: ['p-limit'] }, /The option libraries .* must be .*, not an array\.$/],
  [{ libraries: { 'p-limits': false } }, /The option libraries .* knows no package p-limits\. Did you mean p-limit\?$/],
  [{ libraries: { '@langchain/langraph': false } }, /Did you mean @langchain\/langgraph\?$/],
  [{ doctor: 'yes' }, /The option doctor of .* must be true, false or an object with options, not 'yes'\.$/],
  [
    { doctor: { dependency: true } },
    /^the option doctor of .* has no option dependency\. Did you mean dependencies\?/i,
  ],
  [{ doctor: { emptyReads: 1 } }, /The option emptyReads of the option doctor of .* must be true or false, not 1\.$/],
  [{ doctor: [] }, /must be an object, not an array\.$/],
  [{ generators: null }, /must be one of next, creation, not null\.$/],
  ['install', /The options of .* must be an object, not 'install'\.$/],
  [null, /must be an object, not null\.$/],
  [[], /must be an object, not an array\.$/],
];

for (const [name, plugin] of Object.entries(PLUGINS)) {
  test(`the plugin for ${name} refuses invalid options when it is created`, () => {
    for (const [options, message] of INVALID) {
      assert.throws(() => plugin(options as object), { name: 'TypeError', code: 'ERR_INVALID_OPTION', message });
    }
    plugin();
    plugin({ install: undefined, server: true, generators: 'creation' });
    plugin({ doctor: true });
    plugin({ doctor: { dependencies: true, emptyReads: false, all: undefined } });
    plugin({ libraries: true });
    plugin({ libraries: { 'p-limit': false, 'any-package': false } });
  });
}
