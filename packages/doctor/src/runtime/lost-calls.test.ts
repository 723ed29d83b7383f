/** Lost calls of functions that the test instruments itself. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { instrument } from '../instrument/instrument.js';
import { collectFindings } from '../report/collect-findings.js';
import { currentScope } from './current-scope.js';
import { addFileTable } from './file-tables.js';
import { install } from './install.js';
import { Mark } from './scope.js';

install();
let siteCount = 0;

type AnyFunction = (...args: never[]) => unknown;

/** Compiles an expression, as if it were the file of a program. */
function compile<F extends AnyFunction>(name: string, code: string): F {
  const url = `test:${name}`;
  const file = instrument(`(${code})`, {
    url,
    sourceType: 'commonjs',
    lang: 'js',
    checksFunctions: true,
    firstSite: siteCount,
  });
  if (typeof file === 'string') throw new Error(file);
  siteCount += file.table.sites.length;
  addFileTable(file.table);
  return new Function(`return ${file.code}\n//# sourceURL=${url}`)();
}

/** The severities and counts of the findings in a file. */
function foundIn(name: string): string[] {
  const own = collectFindings(true).filter(({ places }) => places[0]?.file === `test:${name}`);
  return own.map(({ severity, count }) => `${severity} ${count}`);
}

type Make = (storage: AsyncLocalStorage<unknown>, other?: AsyncLocalStorage<unknown>) => () => unknown;
const MAKE = `(storage) => { return () => storage.getStore(); }`;

test('a call in the flow itself, or in a scope inside it, is no lost call', () => {
  const [storage, other] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('within', MAKE);
  storage.run(1, () => {
    const read = make(storage);
    read();
    other.run(2, () => storage.run(3, read));
    AsyncLocalStorage.bind(read)();
    new AsyncResource('test').runInAsyncScope(read);
  });
  assert.deepEqual(foundIn('within'), []);
});

test('a call in another flow, or in none, is found if its value differs', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('lost', MAKE);
  const read = storage.run(1, () => make(storage));
  storage.run(2, read);
  read();
  read();
  assert.deepEqual(foundIn('lost'), ['another 1', 'missing 2']);
});

test('the same value in another flow is no finding', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('equal', MAKE);
  const read = storage.run('same', () => make(storage));
  storage.run('same', read);
  assert.deepEqual(foundIn('equal'), ['unread 1']);
});

test('a value that the lost function sets itself is its own', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('own', `(storage) => { return () => storage.run(3, () => storage.getStore()); }`);
  const read = storage.run(1, () => make(storage));
  assert.equal(storage.run(2, read), 3);
  assert.deepEqual(foundIn('own'), ['unread 1']);
});

test('a call in a scope around the one in which the function was made is not followed', () => {
  const [storage, other] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('outer', MAKE);
  storage.run(1, () => other.run(2, () => make(other))());
  assert.deepEqual(foundIn('outer'), []);
});

test('a function that three flows call is shared', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('shared', MAKE);
  const read = storage.run(0, () => make(storage));
  for (const id of [1, 2, 3, 4]) storage.run(id, read);
  assert.deepEqual(foundIn('shared'), ['shared 4']);
});

test('flows inside one scope of the whole program are different flows', () => {
  const [program, storage] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('program', MAKE);
  program.run('program', () => {
    const read = storage.run(0, () => make(storage));
    for (const id of [1, 2, 3]) storage.run(id, read);
  });
  assert.deepEqual(foundIn('program'), ['shared 3']);
});

test('what a lost call starts belongs to it, also after await; what its caller starts does not', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<(s: typeof storage, w: typeof wait) => () => Promise<void>>(
    'async',
    `(storage, wait) => { return async () => { await wait(1); storage.getStore(); await null; setTimeout(() => storage.getStore()); }; }`,
  );
  const lost = storage.run(1, () => make(storage, wait));
  await storage.run(2, async () => {
    const promise = lost();
    assert.ok(!(currentScope() instanceof Mark), 'the function has returned at its first suspension');
    storage.getStore();
    await promise;
    storage.getStore();
    assert.ok(!(currentScope() instanceof Mark));
    await wait(2);
  });
  assert.deepEqual(foundIn('async'), ['another 2']);
});

test('lost code after a rejection still belongs to the lost call', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>(
    'rejection',
    `(storage) => { return async () => { try { await Promise.reject(new Error()); } catch { storage.getStore(); } }; }`,
  );
  const lost = storage.run(1, () => make(storage));
  await storage.run(2, lost);
  assert.deepEqual(foundIn('rejection'), ['another 1']);
});

test('lost code in for await still belongs to the lost call', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>(
    'for-await',
    `(storage) => { return async () => { for await (const x of [1, 2]) { storage.getStore(); } storage.getStore(); }; }`,
  );
  const lost = storage.run(1, () => make(storage));
  await storage.run(2, lost);
  assert.deepEqual(foundIn('for-await'), ['another 3']);
});

test('a function of the caller that lost code calls is at home', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<(s: typeof storage) => (f: () => unknown) => unknown>(
    'calls',
    `(storage) => { return (f) => f(); }`,
  );
  const makeHome = compile<Make>('home', MAKE);
  const call = storage.run(1, () => make(storage));
  storage.run(2, () => assert.equal(call(makeHome(storage)), 2));
  assert.deepEqual(foundIn('calls'), ['unread 1']);
  assert.deepEqual(foundIn('home'), []);
});

test('two flows that keep calling functions of each other do not keep their past', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<(next: () => () => void) => () => void>(
    'ping-pong',
    `(next) => { return () => { setImmediate(() => next()()); }; }`,
  );
  let [left, right, turns] = [() => {}, () => {}, 0];
  let depth = 0;
  const ended = new Promise<void>((resolve) => {
    const next = (which: () => () => void) => () => {
      turns++;
      let at = currentScope();
      let nesting = 0;
      for (; at instanceof Mark; at = at.previous) nesting++;
      depth = Math.max(depth, nesting);
      if (turns < 200) return which();
      resolve();
      return () => {};
    };
    storage.run(1, () => {
      left = make(next(() => right));
    });
    storage.run(2, () => {
      right = make(next(() => left));
    });
    left();
  });
  await ended;
  assert.ok(depth <= 10, `${depth} marks`);
});

test('endless nesting of scopes has an end, and causes no finding', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('nesting', MAKE);
  const reads: (() => unknown)[] = [];
  const nest = (depth: number): void => {
    if (depth === 0) return;
    storage.run(depth, () => {
      reads.push(make(storage));
      for (const read of reads) read();
      nest(depth - 1);
    });
  };
  nest(150);
  assert.deepEqual(foundIn('nesting'), []);
  let depth = 0;
  storage.run(0, () => {
    for (let at = currentScope(); at !== undefined; at = at.parent) depth++;
  });
  assert.ok(depth <= 66);
});

test('exit, disable, withScope and enterWith are followed', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('members', `(storage) => { return () => storage.exit(() => storage.getStore()); }`);
  const makeRead = compile<Make>('disabled', MAKE);
  const exits = storage.run(1, () => make(storage));
  assert.equal(storage.run(2, exits), undefined);
  assert.deepEqual(foundIn('members'), ['unread 1']);
  const other = new AsyncLocalStorage<unknown>();
  const read = other.run(1, () => makeRead(other));
  other.disable();
  read();
  assert.deepEqual(foundIn('disabled'), ['unread 1']);
});

test('what a lost call enters remains for its caller, whose own reads are right', () => {
  const [storage, user] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('entering', `(storage, user) => { return () => user.enterWith('Ada'); }`);
  const enter = storage.run(1, () => make(storage, user));
  storage.run(2, () => {
    enter();
    assert.ok(!(currentScope() instanceof Mark));
    assert.deepEqual([storage.getStore(), user.getStore()], [2, 'Ada']);
  });
  assert.deepEqual(foundIn('entering'), ['unread 1']);
});
