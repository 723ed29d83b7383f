import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MigratedProgram, migrateProgram, type ProgramOptions } from './migrate-program.js';

function migrate(files: Readonly<Record<string, string>>, options?: ProgramOptions): MigratedProgram {
  return migrateProgram(
    Object.entries(files).map(([path, code]) => ({ path, code, isInput: true })),
    options,
  );
}

/** What the migration leaves: the position and the first words of each reason. */
function leftIn({ leftovers }: MigratedProgram): string[] {
  return leftovers.map(({ file, positionBefore: { line, column }, reason }) => {
    return `${file.path}:${line}:${column} ${reason}`;
  });
}

interface Rewrite {
  readonly title: string;
  readonly file?: string;
  readonly before: string;
  readonly after: string;
  /** The number of places that are reported. */
  readonly left?: number;
}

const asyncHooks: readonly Rewrite[] = [
  {
    title: 'a named import',
    before: "import { AsyncLocalStorage } from 'node:async_hooks';\n",
    after: "import { AsyncLocalStorage } from 'throughline';\n",
  },
  {
    title: 'both classes, double quotes, no prefix and no semicolon',
    before: 'import { AsyncLocalStorage, AsyncResource as Resource } from "async_hooks"\n',
    after: 'import { AsyncLocalStorage, AsyncResource as Resource } from "throughline"\n',
  },
  {
    title: 'an import of types only',
    file: 'a.ts',
    before:
      "import type { AsyncLocalStorage } from 'node:async_hooks';\nimport { type AsyncResource } from 'async_hooks';\n",
    after: "import type { AsyncLocalStorage } from 'throughline';\nimport { type AsyncResource } from 'throughline';\n",
  },
  {
    title: 'a mixed import, of which the first name moves',
    before: "import { AsyncLocalStorage, createHook } from 'node:async_hooks';\n",
    after: "import { AsyncLocalStorage } from 'throughline';\nimport { createHook } from 'node:async_hooks';\n",
    left: 1,
  },
  {
    title: 'a mixed import, of which the last names move',
    before: "import {createHook, AsyncLocalStorage, AsyncResource} from 'node:async_hooks'\n",
    after:
      "import {AsyncLocalStorage, AsyncResource} from 'throughline'\nimport {createHook} from 'node:async_hooks'\n",
    left: 1,
  },
  {
    title: 'a mixed import, of which the names in between move',
    before: "import { createHook, AsyncResource, triggerAsyncId, AsyncLocalStorage, } from 'node:async_hooks';\n",
    after:
      "import { AsyncResource, AsyncLocalStorage } from 'throughline';\nimport { createHook, triggerAsyncId, } from 'node:async_hooks';\n",
    left: 2,
  },
  {
    title: 'a mixed import of types on several lines with comments, directives, a byte order mark and CRLF',
    file: 'a.ts',
    before:
      "\uFEFF'use strict';\r\n// first\r\nimport type {\r\n\tAsyncLocalStorage, // values\r\n\tAsyncHook, /* hooks */\r\n} from 'async_hooks';\r\n",
    after:
      "\uFEFF'use strict';\r\n// first\r\nimport type { AsyncLocalStorage } from 'throughline';\r\nimport type {\r\n\t// values\r\n\tAsyncHook, /* hooks */\r\n} from 'async_hooks';\r\n",
    left: 1,
  },
  {
    title: 'a mixed import with braces in comments',
    before: "import { /* { */ AsyncLocalStorage, createHook /* } */ } from 'node:async_hooks';\n",
    after:
      "import { AsyncLocalStorage } from 'throughline';\nimport { /* { */ createHook /* } */ } from 'node:async_hooks';\n",
    left: 1,
  },
  {
    title: 'an export of names',
    before: "export { AsyncLocalStorage as default, AsyncResource } from 'node:async_hooks';",
    after: "export { AsyncLocalStorage as default, AsyncResource } from 'throughline';",
  },
  {
    title: 'a mixed export',
    before: "export { executionAsyncId as id, AsyncResource } from 'node:async_hooks';",
    after: "export { AsyncResource } from 'throughline';\nexport { executionAsyncId as id } from 'node:async_hooks';",
    left: 1,
  },
  {
    title: 'a namespace, of which only the two classes are used',
    file: 'a.ts',
    before:
      "import * as hooks from 'node:async_hooks';\nconst a: hooks.AsyncLocalStorage<string> = new hooks['AsyncLocalStorage']();\nconst { AsyncResource } = hooks;\n",
    after:
      "import * as hooks from 'throughline';\nconst a: hooks.AsyncLocalStorage<string> = new hooks['AsyncLocalStorage']();\nconst { AsyncResource } = hooks;\n",
  },
  {
    title: 'a default import, of which only the two classes are used',
    before: "import hooks from 'node:async_hooks';\nnew hooks.AsyncLocalStorage();\n",
    after: "import * as hooks from 'throughline';\nnew hooks.AsyncLocalStorage();\n",
  },
  {
    title: 'import equals',
    file: 'a.cts',
    before: "import hooks = require('node:async_hooks');\nnew hooks.AsyncLocalStorage();\n",
    after: "import hooks = require('throughline');\nnew hooks.AsyncLocalStorage();\n",
  },
  {
    title: 'a type that names the module',
    file: 'a.d.ts',
    before: "export declare const storage: import('node:async_hooks').AsyncLocalStorage<string>;\n",
    after: "export declare const storage: import('throughline').AsyncLocalStorage<string>;\n",
  },
  {
    title: 'require() with destructuring',
    file: 'a.cjs',
    before: "#!/usr/bin/env node\n'use strict'\nconst { AsyncLocalStorage: Storage } = require('async_hooks')\n",
    after: "#!/usr/bin/env node\n'use strict'\nconst { AsyncLocalStorage: Storage } = require('throughline')\n",
  },
  {
    title: 'require() with destructuring of more than that, indented',
    file: 'a.js',
    before: "function f() {\n  var { AsyncLocalStorage, executionAsyncId } = require('async_hooks');\n}\n",
    after:
      "function f() {\n  var { AsyncLocalStorage } = require('throughline');\n  var { executionAsyncId } = require('async_hooks');\n}\n",
    left: 1,
  },
  {
    title: 'require() as a namespace, or one property of it',
    file: 'a.js',
    before:
      "const hooks = require('async_hooks'), fs = require('fs');\nnew hooks.AsyncLocalStorage();\nconst Resource = require('node:async_hooks').AsyncResource;\nnew (require(`async_hooks`).AsyncLocalStorage)();\n",
    after:
      "const hooks = require('throughline'), fs = require('fs');\nnew hooks.AsyncLocalStorage();\nconst Resource = require('throughline').AsyncResource;\nnew (require(`throughline`).AsyncLocalStorage)();\n",
  },
  {
    title: 'a require() that createRequire() has made',
    file: 'a.mjs',
    before:
      "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nconst { AsyncLocalStorage } = require('async_hooks');\n",
    after:
      "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nconst { AsyncLocalStorage } = require('throughline');\n",
  },
  {
    title: 'import()',
    file: 'a.mjs',
    before:
      "const { AsyncLocalStorage, createHook } = await import('node:async_hooks');\nconst Resource = (await import('async_hooks')).AsyncResource;\nimport('async_hooks').then(({ AsyncLocalStorage: Storage }) => new Storage());\n",
    after:
      "const { AsyncLocalStorage } = await import('throughline');\nconst { createHook } = await import('node:async_hooks');\nconst Resource = (await import('throughline')).AsyncResource;\nimport('throughline').then(({ AsyncLocalStorage: Storage }) => new Storage());\n",
    left: 1,
  },
  {
    title: 'JSX and a name that is a property elsewhere',
    file: 'a.tsx',
    before:
      "import * as hooks from 'node:async_hooks';\nconst storage = new hooks.AsyncLocalStorage<string>();\nexport const View = () => <p hooks={1}>{storage.getStore()}{{ hooks: 1 }.hooks}</p>;\n",
    after:
      "import * as hooks from 'throughline';\nconst storage = new hooks.AsyncLocalStorage<string>();\nexport const View = () => <p hooks={1}>{storage.getStore()}{{ hooks: 1 }.hooks}</p>;\n",
  },
];

for (const { title, file = 'a.js', before, after, left = 0 } of asyncHooks) {
  test(`node:async_hooks: ${title}`, () => {
    const result = migrate({ [file]: before });
    assert.equal(result.outputs.get(file), after);
    assert.equal(result.leftovers.length, left, leftIn(result).join('\n'));
    assert.deepEqual([...result.replacements], ['throughline']);
    const again = migrate({ [file]: after });
    assert.equal(again.outputs.size, 0, 'a second run changes nothing');
    assert.deepEqual(
      again.leftovers.map(({ positionBefore }) => positionBefore),
      result.leftovers.map(({ positionAfter }) => positionAfter),
      'the first run reports the positions in its output',
    );
  });
}

const leftAlone: readonly { title: string; file?: string; code: string; left: readonly RegExp[] }[] = [
  {
    title: 'imports of what Throughline does not provide',
    code: "import { createHook, executionAsyncId, triggerAsyncId, executionAsyncResource, asyncWrapProviders } from 'node:async_hooks';",
    left: [/:1:10 createHook/, /:1:22 executionAsyncId/, /:1:40 triggerAsyncId/, /executionAsyncResource/, /Providers/],
  },
  {
    title: 'a namespace of which something else is used',
    code: "import * as hooks from 'node:async_hooks';\nnew hooks.AsyncLocalStorage();\nhooks.executionAsyncId();\n",
    left: [/:3:1 executionAsyncId/],
  },
  {
    title: 'a namespace that is used as a value, or with a computed name',
    code: "import * as hooks from 'node:async_hooks';\nlog(hooks);\nhooks[name];\n",
    left: [/:2:5 hooks is used as a value/],
  },
  {
    title: 'a namespace whose name is declared twice',
    code: "const hooks = require('async_hooks');\nconst f = (hooks) => hooks.AsyncLocalStorage;\n",
    left: [/:1:15 The name hooks is declared or assigned more than once/],
  },
  {
    title: 'a namespace in a file with eval',
    code: "const hooks = require('async_hooks');\neval('hooks.createHook()'); hooks.AsyncResource;\n",
    left: [/:1:15 The name hooks/],
  },
  {
    title: 'a namespace whose member is replaced',
    code: "const hooks = require('async_hooks');\nhooks.AsyncLocalStorage = Other;\n",
    left: [/:2:1 hooks is used as a value/],
  },
  {
    title: 'export * and an import for its effects',
    code: "export * from 'node:async_hooks';\nexport * as hooks from 'node:async_hooks';\nimport 'node:async_hooks';\n",
    left: [/:1:1 The statement re-exports/, /:2:1 The statement re-exports/, /:3:1 The statement imports nothing/],
  },
  {
    title: 'a rest element, a computed key and an unknown use of a promise',
    file: 'a.mjs',
    code: "const { AsyncLocalStorage, ...rest } = await import('async_hooks');\nconst { [key]: value } = await import('async_hooks');\nconst promise = import('async_hooks');\n",
    left: [/:1:46 .*rest element/, /:2:32 .*computed name/, /:3:17 The promise of import/],
  },
  {
    title: 'functions of test runners, and other functions',
    code: "jest.mock('async_hooks', () => ({}));\nvi.mock('node:async_hooks');\nrequire.resolve('async_hooks');\njest.requireActual('async_hooks').AsyncLocalStorage;\n",
    left: [
      /:1:1 jest.mock\(\) replaces/,
      /:2:1 vi.mock\(\)/,
      /:3:1 require.resolve\(\) is called/,
      /:4:1 jest.requireActual/,
    ],
  },
  {
    title: 'a require() that is something else',
    code: "define(function (require) { const { AsyncLocalStorage } = require('async_hooks'); });\n",
    left: [/:1:59 The file declares its own require/],
  },
  {
    title: 'a module that may be missing',
    code: "let hooks;\ntry { var { AsyncLocalStorage } = require('async_hooks'); } catch {}\nimport('async_hooks').then(({ AsyncResource }) => AsyncResource, () => {});\nimport('async_hooks').then(({ AsyncResource }) => AsyncResource).catch(() => {});\n",
    left: [/:2:35 The module is optional here/, /:3:1 The module is optional/, /:4:1 The module is optional/],
  },
  {
    title: 'a mixed require() among other declarations',
    code: "const a = 1, { AsyncLocalStorage, createHook } = require('async_hooks');\n",
    left: [/:1:35 createHook/],
  },
  {
    title: 'a module that the file exports as an object',
    file: 'a.ts',
    code: "export const hooks = require('async_hooks');\nnew hooks.AsyncLocalStorage();\nexport import other = require('async_hooks');\nnew other.AsyncLocalStorage();\n",
    left: [/:1:22 hooks is exported/, /:3:8 other is exported/],
  },
  {
    title: 'a default import together with others',
    code: "import hooks, { AsyncLocalStorage } from 'node:async_hooks';\n",
    left: [/:1:1 The statement combines/],
  },
  {
    title: 'types that are declared for the module',
    file: 'a.d.ts',
    code: "declare module 'async_hooks' { interface AsyncLocalStorage<T> { extra: T } }\n",
    left: [/:1:1 The declaration adds types/],
  },
  {
    title: 'a subclass that overrides a method',
    code: "import { AsyncLocalStorage } from 'node:async_hooks';\nexport class Users extends AsyncLocalStorage { getStore() { return super.getStore() ?? 'guest'; } }\n",
    left: [/:1:10 AsyncLocalStorage was kept/, /:2:8 The subclass overrides/],
  },
  {
    title: 'the option onPropagate',
    code: "import { AsyncLocalStorage } from 'node:async_hooks';\nconst a = new AsyncLocalStorage({ onPropagate() { return true; } });\n",
    left: [/:1:10 AsyncLocalStorage was kept/, /:2:33 .*onPropagate/],
  },
];

for (const { title, file = 'a.js', code, left } of leftAlone) {
  test(`node:async_hooks, left: ${title}`, () => {
    const result = migrate({ [file]: code });
    assert.deepEqual([...result.outputs], []);
    const found = leftIn(result);
    assert.equal(found.length, left.length, found.join('\n'));
    for (const [index, pattern] of left.entries()) assert.match(found[index] ?? '', pattern);
    for (const { remedy } of result.leftovers) assert.match(remedy, /^[A-Z].*\.$/);
  });
}

test('text that is no import of the module is neither changed nor reported', () => {
  const code =
    "const builtins = ['async_hooks', 'fs'];\nlog({ 'node:async_hooks': 1 }, 'x', `node:async_hooks`);\n// async_hooks\n";
  const result = migrate({ 'a.js': code });
  assert.deepEqual([[...result.outputs], result.leftovers], [[], []]);
});

test('instanceof in any file keeps the class of Node in all files', () => {
  const files = {
    'a.js':
      "import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';\nexport const a = new AsyncLocalStorage();\n",
    'b.js':
      "import * as hooks from 'node:async_hooks';\nexport const isStorage = (x) => x instanceof hooks.AsyncLocalStorage;\n",
  };
  const result = migrate(files);
  assert.equal(
    result.outputs.get('a.js'),
    "import { AsyncResource } from 'throughline';\nimport { AsyncLocalStorage } from 'node:async_hooks';\nexport const a = new AsyncLocalStorage();\n",
  );
  assert.ok(!result.outputs.has('b.js'));
  assert.match(leftIn(result).join('\n'), /a\.js:1:10 .*\n.*b\.js:2:33 A storage of one class/);
});

test('the option asyncLocalStorage of Koa, which tests the class, keeps the class of Node in all files', () => {
  const storage = "import { AsyncLocalStorage } from 'node:async_hooks';\nexport const a = new AsyncLocalStorage();\n";
  const result = migrate({ 'a.js': storage, 'app.js': 'const app = new Koa({ asyncLocalStorage: a });\n' });
  assert.deepEqual([...result.outputs], []);
  assert.match(leftIn(result).join('\n'), /app\.js:1:23 Koa ignores a storage/);
  assert.equal(migrate({ 'a.js': storage, 'app.js': 'new Koa({ asyncLocalStorage: true });\n' }).outputs.size, 1);
});

test('enterWith() and disable() keep the class of Node where they may be called, except on Node 24 and later', () => {
  const files = {
    'user.js': "import { AsyncLocalStorage } from 'node:async_hooks';\nexport const user = new AsyncLocalStorage();\n",
    'other.js':
      "import { AsyncLocalStorage } from 'node:async_hooks';\nexport const other = new AsyncLocalStorage();\n",
    'use.js': "import { user } from './user.js';\nuser.enterWith('ada');\nbutton.disable();\n",
  };
  const result = migrate(files);
  assert.deepEqual([...result.outputs.keys()], ['other.js']);
  assert.match(leftIn(result).join('\n'), /^user\.js:1:10 .*\nuse\.js:2:1 On Node 20 and 22/);
  assert.deepEqual([...migrate(files, { runsOnNode24: true }).outputs.keys()], ['user.js', 'other.js']);

  const disabled = migrate({ ...files, 'use.js': 'user.disable();\n' });
  assert.deepEqual([...disabled.outputs.keys()], ['other.js']);
  const unknown = migrate({ ...files, 'use.js': 'getStorage().enterWith(1);\n' });
  assert.deepEqual([...unknown.outputs.keys()], [], 'a storage without a name can be any of them');
});

test('enterWith() and disable() of a variable that another file may have named differently are followed', () => {
  const storages = {
    'a.js': "import { AsyncLocalStorage } from 'async_hooks';\nexport const storage = new AsyncLocalStorage();\n",
    'b.js': "import { AsyncLocalStorage } from 'async_hooks';\nexport const ctx = new AsyncLocalStorage();\n",
  };
  for (const [use, changed] of [
    ["import { ctx as storage } from './b.js';\nstorage.enterWith(1);\n", ['a.js']],
    ["const { ctx: storage } = require('./b.js');\nstorage.disable();\n", ['a.js']],
    ["import { ctx as other } from './b.js';\nother.disable();\n", ['a.js']],
    ["import * as b from './b.js';\nb.ctx.disable();\n", ['a.js']],
    ["import storage from './default.js';\nstorage.enterWith(1);\n", []],
    ["import { ctx } from './b.js';\nconst set = (storage) => storage.enterWith(1);\nset(ctx);\n", []],
    ["import { ctx } from './b.js';\nconst end = (storage) => storage.disable();\nend(ctx);\n", []],
    [
      'class User {\n  constructor(storage) {\n    this.storage = storage;\n    this.storage.enterWith(1);\n  }\n}\n',
      [],
    ],
  ] as const) {
    assert.deepEqual([...migrate({ ...storages, 'use.js': use }).outputs.keys()], changed, use);
  }
});

test('a file that passes the class on keeps the class of Node if any file uses it in a way that depends on it', () => {
  const uses = {
    enterWith: 'const s = new AsyncLocalStorage();\ns.enterWith(1);\n',
    disable: 'const s = new AsyncLocalStorage();\ns.disable();\n',
    onPropagate: 'new AsyncLocalStorage({ onPropagate: () => true });\n',
    subclass: 'class Users extends AsyncLocalStorage { getStore() { return 1; } }\n',
  };
  const imported = "import { AsyncLocalStorage } from 'async_hooks';\n";
  for (const passing of [
    "export { AsyncLocalStorage } from 'async_hooks';\n",
    `${imported}export { AsyncLocalStorage };\n`,
    "export const { AsyncLocalStorage } = await import('async_hooks');\n",
    "export const AsyncLocalStorage = require('async_hooks').AsyncLocalStorage;\n",
    `${imported}export default AsyncLocalStorage;\n`,
    `${imported}export const Storage = AsyncLocalStorage;\n`,
    `${imported}globalThis.AsyncLocalStorage = AsyncLocalStorage;\n`,
    `${imported}provide({ provide: AsyncLocalStorage });\n`,
    "const { AsyncLocalStorage } = require('async_hooks');\nmodule.exports = { AsyncLocalStorage };\n",
    "import * as hooks from 'async_hooks';\ncreate(hooks.AsyncLocalStorage);\n",
  ]) {
    for (const use of Object.values(uses)) {
      const files = { 'pass.js': passing, 'use.js': `import { AsyncLocalStorage } from './pass.js';\n${use}` };
      const result = migrate(files);
      assert.deepEqual([...result.outputs], [], passing + use);
      assert.match(leftIn(result).join('\n'), /use\.js:/);
      const harmless = {
        ...files,
        'use.js': "import { AsyncLocalStorage } from './pass.js';\nnew AsyncLocalStorage();\n",
      };
      assert.deepEqual([...migrate(harmless).outputs.keys()], ['pass.js'], passing);
    }
  }
  const renamed = migrate({
    'pass.js': "export { AsyncLocalStorage } from 'async_hooks';\n",
    'use.js':
      "import { AsyncLocalStorage as S } from './pass.js';\nclass Users extends S { getStore() { return 1; } }\n",
  });
  assert.deepEqual([...renamed.outputs], []);
  const separate = migrate({
    'a.ts': `${imported}type S = AsyncLocalStorage<1>;\nconst a = new AsyncLocalStorage();\nAsyncLocalStorage.bind(a);\n`,
    'use.js': `${imported}${uses.enterWith}`,
  });
  assert.deepEqual([...separate.outputs.keys()], ['a.ts'], 'the class is not passed on');
});

test('enterWith() of a storage of Throughline is not reported because of other imports of node:async_hooks', () => {
  const result = migrate({
    'a.js': "import { createHook } from 'node:async_hooks';\n",
    'b.js':
      "import { AsyncLocalStorage } from 'throughline';\nconst b = new AsyncLocalStorage();\nb.enterWith(1);\nx().enterWith(2);\n",
  });
  assert.equal(result.leftovers.length, 1);
});

test('express-http-context: every documented use in all files', () => {
  const result = migrate({
    'app.mjs': `import express from 'express';
import * as httpContext from 'express-http-context';

const app = express();
app.use('/api', httpContext.middleware);
app.use((request, response, next) => {
  httpContext.set('user', request.get('x-user'));
  const tenant = 'a';
  httpContext.set('tenant', tenant);
  httpContext.set("trace-id", 1)
  next();
});
`,
    'log.cjs': `const { get } = require('express-http-context')
let a
get('user').touch()
module.exports = () => get('user') + get("trace-id") + get('user').name
`,
  });
  assert.deepEqual(leftIn(result), []);
  assert.equal(
    result.outputs.get('app.mjs'),
    `import express from 'express';
import { tryGetRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/express';

const app = express();
app.use('/api', requestScope());
app.use((request, response, next) => {
  Object.assign(tryGetRequestScope() ?? {}, { user: request.get('x-user') });
  const tenant = 'a';
  Object.assign(tryGetRequestScope() ?? {}, { tenant });
  Object.assign(tryGetRequestScope() ?? {}, { "trace-id": 1 })
  next();
});
`,
  );
  assert.equal(
    result.outputs.get('log.cjs'),
    `const { tryGetRequestScope } = require('@throughline/request')
let a
;(tryGetRequestScope()?.user).touch()
module.exports = () => tryGetRequestScope()?.user + tryGetRequestScope()?.["trace-id"] + (tryGetRequestScope()?.user).name
`,
  );
  assert.deepEqual(result.removed, ['express-http-context']);
  assert.match(result.notes.join(), /x-request-id/);
});

test('a function that is read from the context is called without this, as before', () => {
  const http = migrate({
    'a.js':
      "const httpContext = require('express-http-context');\nhttpContext.get('log')('a');\nhttpContext.get('tag')`a`;\n",
  });
  assert.match(
    http.outputs.get('a.js') ?? '',
    /\n\(0, tryGetRequestScope\(\)\?\.log\)\('a'\);\n\(0, tryGetRequestScope\(\)\?\.tag\)`a`;\n$/,
  );
  const cls = migrate({
    'a.js': "const cls = require('cls-hooked');\nconst ns = cls.createNamespace('a');\nns.get('log')('a');\n",
  });
  assert.match(cls.outputs.get('a.js') ?? '', /\n\(0, ns\.getStore\(\)\?\.log\)\('a'\);\n$/);
});

test('express-http-context: keys that are constants of the file, or template literals', () => {
  const result = migrate({
    'a.ts': `import httpContext from 'express-http-context';
const USER = 'user';
export const user = () => httpContext.get(USER);
httpContext.set(USER, 1);
httpContext.set(\`trace-id\`, 1);
`,
  });
  assert.deepEqual(leftIn(result), []);
  assert.equal(
    result.outputs.get('a.ts'),
    `import { tryGetRequestScope } from '@throughline/request';
const USER = 'user';
export const user = () => tryGetRequestScope()?.[USER];
Object.assign(tryGetRequestScope() ?? {}, { [USER]: 1 });
Object.assign(tryGetRequestScope() ?? {}, { [\`trace-id\`]: 1 });
`,
  );
  assert.deepEqual(result.undeclaredFields, ['user']);
});

const EXPRESS_APP = "import httpContext from 'express-http-context';\napp.use(httpContext.middleware);\n";

for (const [title, code, pattern] of [
  ['a computed key', 'httpContext.get(key);', /The key is computed/],
  [
    'a constant whose name is declared twice',
    "const K = 'a'; const f = (K) => httpContext.get(K);",
    /The key is computed/,
  ],
  ['a constant that is a field of the scope', "const K = 'id'; httpContext.get(K);", /The key 'id'/],
  ['a key that the scope has', "httpContext.set('id', 1);", /The key 'id' is reserved/],
  ['a key that every object has', "httpContext.get('constructor');", /The key 'constructor'/],
  ['the result of set()', "log(httpContext.set('user', 1));", /The result of set\(\) is used/],
  ['the storage', 'httpContext.asyncLocalStorage.getStore();', /has no counterpart/],
  ['the middleware as a value', 'const { middleware } = httpContext;', /httpContext is used as a value/],
  ['a function as a value', 'const read = httpContext.get;', /get is used as a value/],
  ['a spread argument', 'httpContext.set(...pair);', /usual arguments/],
  ['a comment inside a call', "httpContext.get(/* who */ 'user');", /A comment is inside/],
  ['the name of the new function', 'function tryGetRequestScope() {} httpContext.get("a");', /already uses the name/],
] as const) {
  test(`express-http-context, left in all files: ${title}`, () => {
    const result = migrate({
      'app.js': EXPRESS_APP,
      'b.js': `import httpContext from 'express-http-context';\n${code}\n`,
    });
    assert.deepEqual([...result.outputs], []);
    assert.deepEqual(result.removed, []);
    assert.match(leftIn(result).join('\n'), pattern);
  });
}

test('express-http-context is left if the program has a field of the same name in the request scope', () => {
  const get = (key: string) => `import { get } from 'express-http-context';\nexport const f = () => get('${key}');\n`;
  const scope = "import { getRequestScope } from '@throughline/request';\ngetRequestScope().user = 1;\n";
  const same = migrate({ 'a.js': get('user'), 'b.js': scope });
  assert.deepEqual([...same.outputs], []);
  assert.match(leftIn(same).join(), /^b\.js:2:1 The program may already have a field user/);
  assert.equal(migrate({ 'a.js': get('tenant'), 'b.js': scope }).outputs.size, 1);
});

test('a library is left if a file that uses it cannot be changed', () => {
  const files = [
    { path: 'app.js', code: EXPRESS_APP, isInput: true },
    { path: 'test/b.js', code: "const c = require('express-http-context');\nc.get('user');\n", isInput: false },
  ];
  const result = migrateProgram(files);
  assert.deepEqual([...result.outputs], []);
  assert.match(leftIn(result).join(), /test\/b\.js:1:1 .*not among the files to change/);
});

test('a library is left if a file that names it does not parse, or is of another kind', () => {
  const broken = migrate({ 'app.js': EXPRESS_APP, 'b.js': "import c from 'express-http-context';\nconst = 1;\n" });
  assert.deepEqual([...broken.outputs], []);
  assert.match(leftIn(broken).join(), /b\.js:1:16 The file does not parse/);
  assert.match(broken.errors[0]?.message ?? '', /^b\.js:2:7: /);
  const other = migrate({ 'app.js': EXPRESS_APP, 'App.vue': "<script>import c from 'express-http-context'</script>" });
  assert.deepEqual([...other.outputs], []);
  assert.match(leftIn(other).join(), /App\.vue:1:24 The file is not a JavaScript/);
});

test('a library is left if its new code would not parse, and the changes of other files are made', () => {
  const decorated = "import httpContext from 'express-http-context';\n@httpContext.get('decorator') class A {}\n";
  const storage = "import { AsyncLocalStorage } from 'node:async_hooks';\n";
  const result = migrate({ 'app.js': EXPRESS_APP, 'b.js': decorated, 'c.js': storage });
  assert.deepEqual([...result.outputs.keys()], ['c.js']);
  assert.match(leftIn(result).join('\n'), /^b\.js:1:1 The new code would not parse: /);
});

test('a library is left if its surroundings say so', () => {
  const stays = new Map([
    ['express-http-context', { reason: 'A dependency uses it.', remedy: 'Look at it.' }] as const,
  ]);
  const result = migrate({ 'app.js': EXPRESS_APP }, { stays });
  assert.deepEqual([[...result.outputs], leftIn(result)], [[], ['app.js:1:1 A dependency uses it.']]);
});

test('@fastify/request-context: the plugin, its functions, its decorators and its types', () => {
  const result = migrate({
    'app.ts': `import { fastifyRequestContext, requestContext } from '@fastify/request-context';
import Fastify from 'fastify';

declare module '@fastify/request-context' {
  interface RequestContextData {
    user: string;
    'trace-id'?: number;
  }
}

const app = Fastify();
await app.register(fastifyRequestContext, { hook: 'onRequest' });
app.addHook('onRequest', async (request) => {
  request.requestContext.set('user', 'ada');
});
export const user = () => requestContext.get('user')?.length;
`,
    'log.js': "import pino from 'pino';\nexport const f = (request) => request.requestContext.get('user');\n",
    'lambda.js': 'export const g = (event) => event.requestContext.http.method;\n',
  });
  assert.deepEqual(leftIn(result), []);
  assert.equal(
    result.outputs.get('app.ts'),
    `import { tryGetRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/fastify';
import Fastify from 'fastify';

declare module '@throughline/request' {
  interface RequestScope {
    user?: string;
    'trace-id'?: number;
  }
}

const app = Fastify();
await app.register(requestScope());
app.addHook('onRequest', async (request) => {
  Object.assign(tryGetRequestScope() ?? {}, { user: 'ada' });
});
export const user = () => (tryGetRequestScope()?.user)?.length;
`,
  );
  assert.equal(
    result.outputs.get('log.js'),
    "import { tryGetRequestScope } from '@throughline/request';\nimport pino from 'pino';\nexport const f = (request) => tryGetRequestScope()?.user;\n",
  );
  assert.ok(!result.outputs.has('lambda.js'));
  assert.deepEqual(result.undeclaredFields, []);
  assert.match(result.notes.join(), /request\.id is now a random UUID/);
});

test('@fastify/request-context: fields that a TypeScript file reads and no file declares are named', () => {
  const code =
    "import { requestContext } from '@fastify/request-context';\nexport const f = () => requestContext.get('user');\n";
  assert.deepEqual(migrate({ 'a.ts': code }).undeclaredFields, ['user']);
});

for (const [title, code, pattern] of [
  ['options', 'app.register(fastifyRequestContext, { defaultStoreValues: { a: 1 } });', /The options of fastify/],
  ['another hook', "app.register(fastifyRequestContext, { hook: 'preHandler' });", /The options of fastify/],
  ['the plugin as a value', 'const plugins = [fastifyRequestContext];', /not the first argument of app\.register/],
  ['the object of the values', 'requestContext.getStore();', /requestContext has no counterpart/],
  ['the decorator as a value', 'const f = (request) => read(request.requestContext);', /may be the context/],
  ['the decorator of an expression', "current().requestContext.get('a');", /may be the context/],
  [
    'a property of another object',
    "class A { requestContext; get() { return this.requestContext.get('a'); } }",
    /may be the/,
  ],
  ['a property of the same name', "const f = (service) => service.requestContext.get('a');", /may be the context/],
  ['a destructured decorator', 'const f = ({ requestContext: c }) => c.get("a");', /is destructured from/],
] as const) {
  test(`@fastify/request-context, left: ${title}`, () => {
    const head = "import { fastifyRequestContext, requestContext } from '@fastify/request-context';\n";
    const result = migrate({ 'a.js': `${head}${code}\n` });
    assert.deepEqual([...result.outputs], []);
    assert.match(leftIn(result).join('\n'), pattern);
  });
}

test('hono/context-storage: only the name of the module changes', () => {
  const result = migrate({
    'app.ts': 'import { contextStorage as storage } from "hono/context-storage";\napp.use(storage());\n',
    'b.js': "const { getContext, tryGetContext } = require('hono/context-storage');\n",
    'c.js': "export { getContext } from 'hono/context-storage';\n",
  });
  assert.deepEqual(leftIn(result), []);
  assert.deepEqual(
    [...result.outputs.values()],
    [
      'import { contextStorage as storage } from "@throughline/request/hono";\napp.use(storage());\n',
      "const { getContext, tryGetContext } = require('@throughline/request/hono');\n",
      "export { getContext } from '@throughline/request/hono';\n",
    ],
  );
});

test('hono/context-storage, left in all files: a mock, and the module as an object', () => {
  for (const code of ["vi.mock('hono/context-storage');", "import * as c from 'hono/context-storage';"]) {
    const result = migrate({ 'a.js': "import { getContext } from 'hono/context-storage';\n", 'b.js': code });
    assert.deepEqual([...result.outputs], []);
    assert.equal(result.leftovers.length, 1);
  }
});

test('cls-hooked: a namespace, and the files that import it', () => {
  const result = migrate({
    'src/context.ts': `import { createNamespace } from 'cls-hooked';
export const context = createNamespace('app');
`,
    'src/app.ts': `import { context as ns } from './context.js';
app.use((request, response, next) => {
  ns.run(() => {
    ns.set('user', request.user);
    const id = ns.set('trace-id', 1);
    next();
  });
});
export const work = () => ns.runAndReturn(async () => ns.get('user').name);
`,
    'src/other/index.ts': "import { context } from '../context';\nexport const user = () => context.get('user');\n",
  });
  assert.deepEqual(leftIn(result), []);
  assert.equal(
    result.outputs.get('src/context.ts'),
    "import { AsyncLocalStorage } from 'throughline';\nexport const context = new AsyncLocalStorage<Record<string, any>>();\n",
  );
  assert.equal(
    result.outputs.get('src/app.ts'),
    `import { context as ns } from './context.js';
app.use((request, response, next) => {
  ns.run(Object.create(ns.getStore() ?? null), () => {
    ns.getStore()!.user = request.user;
    const id = (ns.getStore()!['trace-id'] = 1);
    next();
  });
});
export const work = () => ns.run(Object.create(ns.getStore() ?? null), async () => (ns.getStore()?.user).name);
`,
  );
  assert.match(result.outputs.get('src/other/index.ts') ?? '', /context\.getStore\(\)\?\.user;/);
  assert.deepEqual(result.removed, ['cls-hooked']);
});

test('cls-hooked: a function that is a property of require(), as in its documentation', () => {
  const result = migrate({
    'a.js':
      "var createNamespace = require('cls-hooked').createNamespace;\nvar session = createNamespace('my session');\n",
  });
  assert.equal(
    result.outputs.get('a.js'),
    "var { AsyncLocalStorage } = require('throughline');\nvar session = new AsyncLocalStorage();\n",
  );
});

test('cls-hooked: CommonJS modules that export the namespace in any way', () => {
  for (const [exported, imported] of [
    ['module.exports = ns;', "const ns = require('./ns');"],
    ['module.exports = { ns, other: 1 };', "const { ns } = require('./ns.js');"],
    ['exports.session = ns;', "const { session: ns } = require('./ns');"],
    ['module.exports.session = ns;', "const ns = require('./ns').session;"],
  ] as const) {
    const result = migrate({
      'ns.js': `const cls = require('cls-hooked');\nconst ns = cls.createNamespace('app');\n${exported}\n`,
      'use.js': `${imported}\nns.run(function () { ns.set('a', 1); });\n`,
    });
    assert.deepEqual(leftIn(result), [], exported);
    assert.equal(
      result.outputs.get('ns.js'),
      `const { AsyncLocalStorage } = require('throughline');\nconst ns = new AsyncLocalStorage();\n${exported}\n`,
    );
    assert.equal(
      result.outputs.get('use.js'),
      `${imported}\nns.run(Object.create(ns.getStore() ?? null), function () { ns.getStore().a = 1; });\n`,
    );
  }
});

for (const [title, code, pattern] of [
  ['bind()', 'ns.bind(f);', /ns\.bind\(\) binds one namespace/],
  ['bindEmitter()', 'ns.bindEmitter(request);', /ns\.bindEmitter has no exact counterpart/],
  ['runPromise()', 'ns.runPromise(async () => 1);', /runPromise\(\) leaves its context current/],
  ['the active context', 'log(ns.active);', /ns is used as a value/],
  ['the result of run()', 'const context = ns.run(() => {});', /The result of ns\.run\(\) is used/],
  ['run() as the body of an arrow function', 'const f = () => ns.run(() => {});', /The result of ns\.run\(\)/],
  ['a function that receives the context', 'ns.run((context) => {});', /it receives the context/],
  ['a function that is written elsewhere', 'ns.run(next);', /it receives the context/],
  ['a function with arguments', 'ns.run(function () { log(arguments[0]); });', /it receives the context/],
  ['a key of every context', "ns.get('id');", /The key 'id'/],
  ['the namespace as a value', 'Sequelize.useCLS(ns);', /ns is used as a value/],
  ['the name declared twice', 'const f = (ns) => ns.get("a");', /declared or assigned more than once/],
  ['getNamespace()', "cls.getNamespace('app').get('a');", /cls\.getNamespace has no exact counterpart/],
  ['process.namespaces', 'process.namespaces.app.get("a");', /process\.namespaces has no counterpart/],
  ['a namespace inside a function', "function f() { const x = cls.createNamespace('x'); }", /top level/],
] as const) {
  test(`cls-hooked, left: ${title}`, () => {
    const head = "const cls = require('cls-hooked');\nconst ns = cls.createNamespace('app');\n";
    const result = migrate({ 'a.js': `${head}${code}\n` });
    assert.deepEqual([...result.outputs], []);
    assert.match(leftIn(result).join('\n'), pattern);
  });
}

test('cls-hooked, left: imports of the namespace that are not followed', () => {
  for (const code of [
    "import * as all from './context.js'; all.ns.get('a');",
    "export { ns } from './context.js';",
    "export * from './context.js';",
    "import { ns } from '@/context';",
    "import { ns } from '#context';",
    "import { ns } from 'src/context.js';",
    "const { ns } = await import('./context.js');",
    "jest.mock('./context.js');",
    "import { ns } from './context.js';\nexport { ns };",
  ]) {
    const result = migrate({
      'context.js': "import { createNamespace } from 'cls-hooked';\nexport const ns = createNamespace('app');\n",
      'b.mjs': `${code}\n`,
    });
    assert.deepEqual([...result.outputs], [], code);
    assert.match(leftIn(result).join(), /^b\.mjs:/, code);
  }
});

test('cls-hooked: a package whose name is that of the exporting file is not mistaken for it', () => {
  const files = {
    'session.js': "import { createNamespace } from 'cls-hooked';\nexport const ns = createNamespace('app');\n",
    'b.js': "import session from '@fastify/session';\nsocket.on('session', session);\n",
  };
  assert.deepEqual([...migrate(files).outputs.keys()], []);
  const packages = new Set(['@fastify/session']);
  assert.deepEqual([...migrate(files, { packages }).outputs.keys()], ['session.js']);
});

test('two libraries that would use the same request scope in one file are left', () => {
  const result = migrate({
    'a.js': `${EXPRESS_APP}import { requestContext } from '@fastify/request-context';\nrequestContext.get('a');\n`,
  });
  assert.deepEqual([...result.outputs], []);
  assert.match(leftIn(result).join('\n'), /both would use the same request scope/);
});
