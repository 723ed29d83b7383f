// expects: two storages, missing, line 3
/** A package extends the class, under another name, and is loaded by `import` and by `require`. */
import { writeFiles } from './files.mjs';

const context = (head, tail) => `${head}
class Context extends Storage { get id() { return this.getStore()?.id; } }
const current = new Context();
${tail}
`;
const folder = writeFiles('subclass', {
  'node_modules/scopes/package.json': JSON.stringify({
    name: 'scopes',
    exports: { import: './esm/index.mjs', require: './cjs/index.cjs' },
  }),
  'node_modules/scopes/esm/index.mjs': context(
    "import { AsyncLocalStorage as Storage } from 'node:async_hooks';",
    'export { current };',
  ),
  'node_modules/scopes/cjs/index.cjs': context(
    "const { AsyncLocalStorage: Storage } = require('node:async_hooks');",
    'exports.current = current;',
  ),
  'log.cjs': `const { current } = require('scopes');
exports.log = () => current.id;
`,
  'app.mjs': `import { current } from 'scopes';
import { log } from './log.cjs';
current.run({ id: 1 }, log);
`,
});
await import(new URL('app.mjs', folder));
