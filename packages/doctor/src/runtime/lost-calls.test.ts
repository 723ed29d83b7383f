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
import { Mark, type Scope } from './scope.js';

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

/** Calls a function in which values can be entered without an effect on the caller. */
async function isolated<T>(call: () => T): Promise<T> {
  await null;
  return call();
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

test('a memoized function that two flows call is shared, also if there is one for each key', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('memoized', MAKE);
  const read = storage.run(0, () => make(storage));
  for (const id of [1, 2]) storage.run(id, read);
  assert.deepEqual(foundIn('memoized'), ['shared 2']);
  const makeForKey = compile<Make>('memoized-by-key', MAKE);
  for (const key of [10, 20]) {
    const own = storage.run(key, () => makeForKey(storage));
    for (const id of [1, 2, 3]) storage.run(key + id, own);
  }
  assert.deepEqual(foundIn('memoized-by-key'), ['shared 6']);
});

test('a listener that four flows have registered, and three others call, is not shared', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('registered', MAKE);
  const listeners = [1, 2, 3, 4].map((id) => storage.run(id, () => make(storage)));
  for (const id of [5, 6, 7]) {
    storage.run(id, () => {
      for (const listener of listeners) listener();
    });
    await null;
  }
  assert.deepEqual(foundIn('registered'), ['another 12']);
});

test('functions of which each is called by one other flow are not shared', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('handed-on', MAKE);
  let last: (() => unknown) | undefined;
  for (let id = 0; id < 5; id++) {
    storage.run(id, () => {
      last?.();
      last = make(storage);
    });
    await null;
  }
  assert.deepEqual(foundIn('handed-on'), ['another 4']);
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

test('a value that is missing inside one scope of the whole program is found', () => {
  const [program, storage] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('missing-in-program', MAKE);
  program.run('program', () => {
    const reads = [1, 2].map((id) => storage.run(id, () => make(storage)));
    for (const read of reads) read();
  });
  assert.deepEqual(foundIn('missing-in-program'), ['missing 2']);
});

test('a value that was entered for the whole program does not hide what is lost inside', async () => {
  const [program, storage] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('entered-program', MAKE);
  await isolated(() => {
    program.enterWith('program');
    const reads = [1, 2].map((id) => storage.run(id, () => make(storage)));
    for (const read of reads) read();
    storage.run(3, () => reads[0]?.());
  });
  assert.deepEqual(foundIn('entered-program'), ['another 1', 'missing 2']);
});

test('what is lost to the scope of the program and to the root is one finding', () => {
  const [program, storage] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('program-and-root', MAKE);
  const reads = program.run('program', () => {
    const all = [1, 2].map((id) => storage.run(id, () => make(storage)));
    for (const read of all) read();
    return all;
  });
  for (const read of reads) read();
  assert.deepEqual(foundIn('program-and-root'), ['missing 4']);
});

test('a default of the whole program in place of the own value is a missing value', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('default', MAKE);
  storage.run('default', () => {
    const reads = [1, 2].map((id) => storage.run(id, () => make(storage)));
    for (const read of reads) read();
  });
  assert.deepEqual(foundIn('default'), ['missing 2']);
});

test('scopes of one request that follow each other are one flow, and a scope around is too', async () => {
  const [requests, transactions] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('transactions', MAKE);
  for (const request of [1, 2]) {
    await requests.run(request, async () => {
      const read = transactions.run('first', () => make(transactions));
      await null;
      assert.equal(transactions.run('second', read), 'second');
      await null;
      assert.equal(read(), undefined);
    });
  }
  // The first request could have been the whole program until the second one began.
  assert.deepEqual(foundIn('transactions'), []);
});

test('scopes of one request that run side by side are different flows', async () => {
  const [requests, transactions] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('side-by-side', MAKE);
  for (const request of [1, 2]) {
    await requests.run(request, async () => {
      const stack: (() => unknown)[] = [];
      const work = async (id: number) => {
        stack.push(make(transactions));
        for (let job = 0; job < id; job++) await null;
        stack.pop()?.();
      };
      await Promise.all([1, 2, 3].map((id) => transactions.run(id, () => work(id))));
    });
  }
  // Until the second request began, the first one could have been the whole program.
  assert.deepEqual(foundIn('side-by-side'), ['another 2']);
});

test('functions that are made after a value was entered belong to the scope of the value', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<(s: typeof storage, id: number) => () => unknown>(
    'entered',
    `(storage, id) => { const early = () => storage.getStore(); storage.enterWith(id); return () => storage.getStore(); }`,
  );
  const reads = await Promise.all([1, 2].map((id) => isolated(() => make(storage, id))));
  for (const read of reads) read();
  storage.run(3, () => reads[0]?.());
  assert.deepEqual(foundIn('entered'), ['another 1', 'missing 2']);
  const makeByHelper = compile<(enter: () => void, s: typeof storage) => (() => unknown)[]>(
    'entered-by-helper',
    `(enter, storage) => { const all = []; for (const x of [1, 2]) { enter(); if (x) all.push(() => storage.getStore()); } return all; }`,
  );
  let id = 0;
  const others = await isolated(() => makeByHelper(() => storage.enterWith(++id), storage));
  for (const read of others) read();
  assert.deepEqual(foundIn('entered-by-helper'), ['missing 2']);
});

test('a generator makes functions in the flow that continues it', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<(s: typeof storage) => Generator<() => unknown>>(
    'generator',
    `function* (storage) { yield () => storage.getStore(); yield () => storage.getStore(); }`,
  );
  const generator = storage.run(1, () => make(storage));
  const next = (id: number): (() => unknown) => storage.run(id, () => generator.next().value);
  const [first, second] = [next(2), next(3)];
  storage.run(2, () => {
    // The scope is another one of the same value.
    first();
    second();
  });
  assert.deepEqual(foundIn('generator').sort(), ['another 1', 'unread 1']);
});

test('an async generator makes functions in the flow that continues it, also after its own await', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<(s: typeof storage) => AsyncGenerator<() => unknown>>(
    'async-generator',
    `async function* (storage) { yield () => storage.getStore(); await null; yield () => storage.getStore(); }`,
  );
  const generator = storage.run(1, () => make(storage));
  const next = async (id: number): Promise<() => unknown> =>
    storage.run(id, async () => (await generator.next()).value);
  const [first, second] = [await next(2), await next(3)];
  storage.run(2, () => {
    first();
    second();
  });
  assert.deepEqual(foundIn('async-generator').sort(), ['another 1', 'unread 1']);
});

test('the arrow function of a field belongs to the flow that created the instance', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const makeClass = compile<(s: typeof storage) => new () => { read: () => unknown; later: () => unknown }>(
    'field',
    `(storage) => class { read = () => storage.getStore(); static all = []; later = async () => { await null; return storage.getStore(); } }`,
  );
  const Reader = makeClass(storage);
  const reader = storage.run(1, () => new Reader());
  assert.equal(storage.run(2, reader.read), 2);
  assert.equal(await storage.run(2, reader.later), 2);
  assert.deepEqual(Object.keys(reader), ['read', 'later']);
  assert.deepEqual(foundIn('field'), ['another 1', 'another 1']);
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

/** All scopes that a scope keeps. */
function keptBy(scope: Scope | undefined): Set<Scope> {
  const kept = new Set<Scope>();
  const add = (at: Scope | undefined): void => {
    if (at === undefined || kept.has(at)) return;
    kept.add(at);
    add(at.parent);
    for (const setting of at.forgotten?.settings.values() ?? []) add(setting);
    if (!(at instanceof Mark)) return;
    add(at.caller);
    add(at.previous);
    add(at.suspended?.inside);
    add(at.suspended?.outside);
  };
  add(scope);
  return kept;
}

test('a queue that opens a span for each job, and calls the next job in it, does not keep its past', async () => {
  const [requests, spans] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<(next: () => void, s: typeof requests) => () => void>(
    'spans',
    `(next, storage) => { return () => { storage.getStore(); setImmediate(next); }; }`,
  );
  const jobs: (() => void)[] = [];
  let most = 0;
  let done = 0;
  const ended = new Promise<void>((resolve) => {
    const next = () => {
      most = Math.max(most, keptBy(currentScope()).size);
      done++;
      const job = jobs.shift();
      if (job === undefined) resolve();
      else spans.run({ done }, job);
    };
    for (let id = 0; id < 500; id++) jobs.push(requests.run(id, () => make(next, requests)));
    next();
  });
  await ended;
  assert.equal(done, 501);
  assert.ok(most < 150, `${most} scopes`);
  // The first job is called from no flow, and all others in what it has started.
  assert.deepEqual(foundIn('spans'), ['missing 500']);
});

test('an async queue that awaits each job keeps only what has not ended', async () => {
  const [requests, spans] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<(s: typeof requests) => () => Promise<void>>(
    'async-spans',
    `(storage) => { return async () => { await null; storage.getStore(); await null; }; }`,
  );
  const jobs = Array.from({ length: 300 }, (_, id) => requests.run(id, () => make(requests)));
  let most = 0;
  for (const [id, job] of jobs.entries()) {
    await spans.run(id, async () => {
      await job();
      most = Math.max(most, keptBy(currentScope()).size);
    });
  }
  assert.ok(most < 20, `${most} scopes`);
});

test('a class that makes a storage for each instance does not fill the memory, and its reads are one finding', () => {
  const make = compile<Make>('instances', `(storage) => { return () => storage.getStore(); }`);
  const create = compile<(c: typeof AsyncLocalStorage) => AsyncLocalStorage<unknown>>(
    'instance-storages',
    `(AsyncLocalStorage) => { const own = new AsyncLocalStorage(); return own; }`,
  );
  for (let id = 0; id < 2000; id++) {
    const storage = create(AsyncLocalStorage);
    storage.run(id, () => make(storage))();
  }
  const own = collectFindings(true).filter(({ places }) => places[0]?.file === 'test:instances');
  assert.deepEqual(
    own.map(({ severity, count, storage }) => [severity, count, storage]),
    [['missing', 2000, 'own']],
  );
});

test('a loop that enters a value for each job keeps one scope, and lost calls are found after it', async () => {
  const [storage, other] = [new AsyncLocalStorage<unknown>(), new AsyncLocalStorage<unknown>()];
  const make = compile<Make>('loop', MAKE);
  const read = await isolated(() => {
    let last: (() => unknown) | undefined;
    for (let job = 0; job < 200; job++) {
      storage.enterWith(job);
      other.enterWith(job);
      // What was made for the job before is in the same flow.
      last?.();
      last = make(storage);
    }
    assert.ok(keptBy(currentScope()).size <= 3);
    return last;
  });
  assert.deepEqual(foundIn('loop'), []);
  read?.();
  assert.deepEqual(foundIn('loop'), ['missing 1']);
});

test('handlers that enter a value, and are called one after the other, are different flows', async () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('handlers', MAKE);
  const waiting: (() => unknown)[] = [];
  const handle = async (id: number) => {
    storage.enterWith(id);
    waiting.push(make(storage));
    await wait(id);
    storage.getStore();
    waiting.pop()?.();
  };
  await isolated(() => Promise.all([1, 2, 3].map(handle)));
  assert.deepEqual(foundIn('handlers'), ['another 2']);
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

test('a function that was made in deeply nested scopes is checked', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('deep', MAKE);
  const nest = (depth: number): (() => unknown) =>
    storage.run(depth, () => (depth === 0 ? make(storage) : nest(depth - 1)));
  const read = nest(200);
  storage.run('another', read);
  read();
  assert.deepEqual(foundIn('deep'), ['another 1', 'missing 1']);
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

test('a storage that was disabled is checked again when it gets a value', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const make = compile<Make>('enabled-again', MAKE);
  storage.disable();
  const read = storage.run(1, () => make(storage));
  storage.run(2, read);
  assert.deepEqual(foundIn('enabled-again'), ['another 1']);
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
