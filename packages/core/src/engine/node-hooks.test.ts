import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { type Frame, Key, readValue, withValue } from '../frame.js';
import {
  captureContext,
  enterFrame,
  follow,
  getFrame,
  getHolder,
  popFrame,
  pushFrame,
  runInFrame,
} from './node-hooks.js';

follow();

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const currentFrame = () => getFrame(getHolder()) as Frame | undefined;

/** The flags with which this Node follows its own storages with async hooks. */
const hooksFlags = ['--no-async-context-frame'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag));

/** Runs a program in a process with this engine, and returns what it prints. */
function runProgram(code: string, ...flags: string[]): string {
  const program = `
    import { AsyncLocalStorage } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};
    const storage = new AsyncLocalStorage();
    ${code}`;
  const args = [...hooksFlags, ...flags, '--no-warnings', '--input-type=module', '--eval', program];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : `exit code ${status}: ${stderr}`;
}

test('pushFrame() returns undefined for a frozen resource, on which runInFrame() still works', async () => {
  const key = new Key();
  const value = () => readValue(currentFrame(), key, undefined);
  const inner = withValue(undefined, key, 'inner');
  let observed: unknown[] = [];
  let later: Promise<unknown> = Promise.resolve();
  const holder = getHolder();
  pushFrame(holder, withValue(undefined, key, 'outer'));
  const reaction = nextTurn().then(() => {
    observed = [pushFrame(getHolder(), inner), value(), runInFrame(inner, value, undefined, []), value()];
    later = runInFrame(inner, () => nextTurn().then(value), undefined, []);
  });
  Object.freeze(reaction);
  popFrame(holder, holder, undefined);
  await reaction;
  assert.deepEqual(observed, [undefined, 'outer', 'inner', 'outer']);
  assert.equal(await later, 'inner');
});

test('a frame entered in a resource is gone when the resource runs again', async () => {
  const key = new Key();
  const value = () => readValue(currentFrame(), key, undefined);
  const holder = getHolder();
  pushFrame(holder, withValue(undefined, key, 'creator'));
  const resource = new AsyncResource('Test');
  popFrame(holder, holder, undefined);
  const observed: unknown[] = [];
  for (let run = 0; run < 2; run++) {
    resource.runInAsyncScope(() => {
      observed.push(value());
      enterFrame(getHolder(), withValue(currentFrame(), key, 'entered'), 0);
      enterFrame(getHolder(), withValue(currentFrame(), key, 'entered again'), 1);
      observed.push(value());
    });
  }
  assert.deepEqual(observed, ['creator', 'entered again', 'creator', 'entered again']);
});

for (const restriction of ['freeze', 'seal', 'preventExtensions'] as const) {
  const restrict: (resource: object) => void = Object[restriction];

  test(`Object.${restriction}() of a resource in which a frame was entered does not end the process`, () => {
    const key = new Key();
    const value = () => readValue(currentFrame(), key, undefined);
    const resource = new AsyncResource('Test');
    resource.runInAsyncScope(() => {
      enterFrame(getHolder(), withValue(undefined, key, 'entered'), 0);
      restrict(resource);
      assert.equal(value(), 'entered');
    });
    assert.equal(value(), undefined);
    // Only a frozen resource cannot let go of the frame.
    assert.equal(resource.runInAsyncScope(value), restriction === 'freeze' ? 'entered' : undefined);
  });

  test(`enterFrame() throws and changes nothing after Object.${restriction}() of the resource, where runs work`, () => {
    const key = new Key();
    const value = () => readValue(currentFrame(), key, undefined);
    const frame = withValue(undefined, key, 'inner');
    const resource = new AsyncResource('Test');
    restrict(resource);
    for (let run = 0; run < 2; run++) {
      resource.runInAsyncScope(() => {
        assert.throws(() => enterFrame(getHolder(), frame, 0), {
          code: 'ERR_METHOD_NOT_IMPLEMENTED',
          message: /missing, frozen, sealed, not extensible or a proxy/,
        });
        assert.equal(value(), undefined);
        assert.equal(runInFrame(frame, value, undefined, []), 'inner');
        assert.equal(value(), undefined);
      });
    }
  });
}

test('code without a resource runs in the root, can run in a frame, and cannot enter one', () => {
  // The stack of a callback whose addon has passed no resource to Node. Node 22 and newer reject such addons.
  const code = `
    import { createRequire } from 'node:module';
    const { pushAsyncContext, popAsyncContext } = createRequire(import.meta.url)('internal/test/binding')
      .internalBinding('async_wrap');
    import { AsyncResource, executionAsyncResource } from 'node:async_hooks';
    // From here on, the hook runs that restores frames.
    new AsyncResource('Test').runInAsyncScope(() => storage.enterWith(0));
    const read = () => storage.getStore();
    const observed = [];
    const later = [];
    const nextTurn = (start) => later.push(new Promise((resolve) => start(() => resolve(read()))));
    storage.run(1, () => {
      pushAsyncContext(1e6, 1);
      observed.push(executionAsyncResource(), read(), storage.run(2, read), AsyncLocalStorage.bind(read)());
      storage.run(3, () => nextTurn(setImmediate));
      nextTurn(setImmediate);
      nextTurn(queueMicrotask);
      observed.push(new AsyncResource('Test').runInAsyncScope(read));
      try { storage.enterWith(4); } catch (error) { observed.push(error.code); }
      observed.push(read());
      popAsyncContext(1e6);
      observed.push(read());
    });
    console.log(observed.join(), (await Promise.all(later)).join());`;
  assert.equal(runProgram(code, '--expose-internals'), ',,2,,,ERR_METHOD_NOT_IMPLEMENTED,,1 3,,');
});

test('a bound function that calls itself until the call stack is exhausted leaves Node intact', () => {
  const code = `
    let depth = 0;
    const recurse = storage.run(1, () => AsyncLocalStorage.bind(() => { depth++; recurse(); }));
    const snapshot = AsyncLocalStorage.snapshot();
    const recurseInSnapshot = () => snapshot(recurseInSnapshot);
    const names = [recurse, recurseInSnapshot].map((fn) => { try { fn(); } catch (error) { return error.name; } });
    const read = () => storage.getStore();
    const values = await storage.run(2, () => Promise.all([
      Promise.resolve().then(read), new Promise((resolve) => setTimeout(() => resolve(read()))), read(),
    ]));
    console.log(...names, depth > 100, values.join(), read());`;
  assert.equal(runProgram(code), 'RangeError RangeError true 2,2,2 undefined');
});

test('a call of a captured context within its own call runs in the captured frame and restores the outer one', () => {
  const key = new Key();
  const value = () => readValue(currentFrame(), key, undefined);
  const inner = withValue(undefined, key, 'inner');
  const call = captureContext('Test');
  const observed: unknown[] = [];
  call(
    () => {
      const holder = getHolder();
      pushFrame(holder, inner);
      observed.push(call(value, undefined, []));
      call(() => enterFrame(getHolder(), withValue(undefined, key, 'entered'), 0), undefined, []);
      observed.push(value());
      popFrame(holder, holder, undefined);
    },
    undefined,
    [],
  );
  observed.push(call(value, undefined, []));
  assert.deepEqual(observed, [undefined, 'inner', undefined]);
});

test('a bound function called within its own call through another one runs in its captured frame', () => {
  const code = `
    const first = storage.run('first', () => AsyncLocalStorage.bind((fn) => fn()));
    const second = storage.run('second', () => AsyncLocalStorage.bind((fn) => fn()));
    const read = () => storage.getStore();
    const observed = [];
    first(() => {
      storage.run('inner', () => second(() => observed.push(first(read))));
      storage.enterWith('entered');
      second(() => first(() => { observed.push(read()); storage.enterWith('nested'); }));
      observed.push(read());
    });
    observed.push(first(read), second(read), read());
    console.log(observed.join());`;
  assert.equal(runProgram(code), 'first,first,entered,first,second,');
});

test('a proxy as a resource that is revoked, or throws on unknown properties, does not end the process', () => {
  const code = `
    import { AsyncResource } from 'node:async_hooks';
    // From here on, the hook runs that restores frames.
    new AsyncResource('Test').runInAsyncScope(() => storage.enterWith(0));
    const { proxy, revoke } = Proxy.revocable(new AsyncResource('Test'), {});
    proxy.runInAsyncScope(() => { storage.enterWith(1); revoke(); });
    const strict = new Proxy(new AsyncResource('Test'), {
      get(target, key) {
        if (String(key).includes('throughline')) throw new Error(String(key));
        return Reflect.get(target, key);
      },
    });
    strict.runInAsyncScope(() => {});
    console.log(storage.getStore());`;
  assert.equal(runProgram(code), 'undefined');
});

test('a proxy as a resource that does not store a frame, or returns another one, can run in a frame', () => {
  const code = `
    import { AsyncResource } from 'node:async_hooks';
    const reactive = (object) => new Proxy(object, {
      get(target, key) {
        const value = Reflect.get(target, key);
        return typeof value === 'object' && value !== null ? reactive(value) : value;
      },
    });
    const resource = () => new AsyncResource('Test');
    const proxies = [reactive(resource()), new Proxy(resource(), { set: () => true })];
    const read = () => storage.getStore();
    const observed = proxies.map((proxy) => proxy.runInAsyncScope(() => {
      let code;
      try { storage.enterWith(0); } catch (error) { ({ code } = error); }
      return [code, read(), storage.run(1, read), read()].join();
    }));
    console.log(...observed);`;
  const expected = 'ERR_METHOD_NOT_IMPLEMENTED,,1,';
  assert.equal(runProgram(code), `${expected} ${expected}`);
});

test('a frame entered in a promise of another realm, or after Promise was replaced, is seen by its thenable', () => {
  const code = `
    import { runInNewContext } from 'node:vm';
    const NativePromise = Promise;
    const observed = [];
    const read = () => { observed.push(storage.getStore()); };
    const enter = () => {
      storage.enterWith('entered');
      return { then(resolve) { read(); resolve(); } };
    };
    for (const create of [() => runInNewContext('Promise.resolve()'), () => NativePromise.resolve()]) {
      await storage.run('flow', () => create().then(enter).then(read));
      globalThis.Promise = class {};
    }
    console.log(observed.join());`;
  assert.equal(runProgram(code), 'entered,flow,entered,flow');
});

test('a frame entered in a listener of beforeExit is gone when the listener runs again', () => {
  const code = `
    let runs = 0;
    process.on('beforeExit', () => {
      console.log(storage.getStore());
      storage.enterWith('entered');
      if (runs++ < 2) setTimeout(() => console.log(storage.getStore()));
    });`;
  assert.equal(runProgram(code).split('\n').join(), 'undefined,entered,undefined,entered,undefined');
});

test('an immediate and a timeout keep their frame until their last call, also with a listener of exceptions', () => {
  const code = `
    import { setTimeout as sleep } from 'node:timers/promises';
    const observed = [];
    const read = () => storage.getStore();
    process.on('uncaughtException', () => observed.push(read()));
    const fail = () => { throw new Error(); };
    let left = 2;
    const refreshing = storage.run('refreshed', () => setTimeout(function () {
      observed.push(read());
      if (--left > 0) this.refresh();
    }, 1));
    storage.run('failed', () => { setImmediate(fail); setTimeout(fail, 1); });
    await sleep(20);
    storage.run('refreshed again', () => refreshing.refresh());
    const interval = storage.run('interval', () => setInterval(() => {
      observed.push(read());
      if (observed.length >= 7) clearInterval(interval);
    }, 1));
    const result = await storage.run('promise', async () => [await sleep(1, 'value'), read()]);
    await sleep(30);
    const { length } = observed;
    console.log(observed.sort().join(), result.join(), new Set(observed).size, length);`;
  assert.equal(
    runProgram(code),
    'failed,failed,interval,interval,refreshed,refreshed,refreshed again value,promise 4 7',
  );
});

test('an immediate and a timeout that have run keep no value, even if they are still referenced', () => {
  const code = `
    const kept = [];
    const refs = [];
    const start = (schedule) => {
      const value = {};
      refs.push(new WeakRef(value));
      storage.run(value, () => kept.push(schedule()));
    };
    const enter = () => storage.enterWith({});
    const fail = () => { throw new Error(); };
    process.on('uncaughtException', () => {});
    for (const callback of [() => {}, enter, fail]) {
      start(() => setImmediate(callback));
      start(() => setTimeout(callback, 1));
      const interval = setInterval(() => { clearInterval(interval); callback(); }, 1);
      kept.push(interval);
    }
    for (let turn = 0; turn < 10; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      gc();
    }
    console.log(refs.filter((ref) => ref.deref() !== undefined).length, refs.length, kept.length);`;
  assert.equal(runProgram(code, '--expose-gc'), '0 6 9');
});

test('timers with the receiver and the arguments that Node passes to their callbacks', () => {
  const code = `
    const immediate = await storage.run(1, () => new Promise((resolve) => {
      const timer = setImmediate(function (...args) { resolve([this === timer, ...args]); }, 1, 2);
    }));
    const timeout = await storage.run(1, () => new Promise((resolve) => {
      const timer = setTimeout(function (...args) { resolve([this === timer, ...args]); }, 1, 3, 4);
    }));
    console.log(immediate.join(), timeout.join());`;
  assert.equal(runProgram(code), 'true,1,2 true,3,4');
});

test('a startup snapshot can be built with storages, which work in the process that it starts', async () => {
  const { build } = await import('esbuild');
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const { fileURLToPath } = await import('node:url');
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    const outfile = join(folder, 'program.cjs');
    await build({
      stdin: {
        contents: `
          import { startupSnapshot } from 'node:v8';
          import { AsyncLocalStorage } from ${JSON.stringify(fileURLToPath(new URL('../index.js', import.meta.url)))};
          const storage = new AsyncLocalStorage();
          const read = () => storage.getStore();
          const bound = storage.run('built', () => AsyncLocalStorage.bind(read));
          startupSnapshot.setDeserializeMainFunction(async () => {
            const late = new AsyncLocalStorage();
            const values = await storage.run('started', () => late.run('late', async () => {
              await null;
              await new Promise((resolve) => setTimeout(resolve, 1));
              return [read(), late.getStore(), bound()];
            }));
            console.log(values.join(), read());
          });`,
        resolveDir: folder,
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
      logLevel: 'error',
    });
    const blob = ['--snapshot-blob', join(folder, 'snapshot.blob')];
    const node = (...args: string[]) =>
      spawnSync(process.execPath, [...hooksFlags, '--no-warnings', ...args], { encoding: 'utf8' });
    const built = node(...blob, '--build-snapshot', outfile);
    assert.equal(built.status, 0, built.stderr);
    assert.equal(node(...blob).stdout.trim(), 'started,late,built undefined');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
