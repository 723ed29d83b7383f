/**
 * The build for React Native in the test environment of an application, where modules of React Native are mocked and no
 * native side shows views. `npm run react-native` tests it with React Native itself.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const directory = await mkdtemp(join(tmpdir(), 'throughline-'));
after(() => rm(directory, { recursive: true, force: true }));

/** The exports of React Native: getters that load a module, and a mock. The renderer has one queue for all updates. */
const INDEX = `
const bluetooth = {
  connect: (callback) => setImmediate(callback),
  onDevice: (listener) => { listeners.push(listener); },
};
const listeners = [];
const mock = { Bluetooth: bluetooth };
const registry = { get: (name) => mock[name] ?? null };
const alerts = { alert: (title, message, buttons) => buttons?.forEach((button) => setImmediate(() => button.onPress())) };
const interactions = { runAfterInteractions: (task) => setImmediate(() => task?.run()) };
const updates = [];
let scheduleUpdates;
function loadRenderer() {
  if (globalThis.hasNoNativeSide) throw new Error('There is no native side.');
  setTimeout(() => {});
  setImmediate(() => {});
  scheduleUpdates = queueMicrotask;
}
module.exports = {
  get findNodeHandle() { loadRenderer(); return () => null; },
  update(fn) {
    updates.push(fn);
    if (updates.length === 1) scheduleUpdates(() => updates.splice(0).forEach((next) => next()));
  },
  get View() { return () => null; },
  get TurboModuleRegistry() { return registry; },
  get Alert() { return alerts; },
  get InteractionManager() { return interactions; },
  NativeModules: mock,
  emit: () => listeners.forEach((listener) => listener()),
};
`;

await mkdir(join(directory, 'react-native'));
await writeFile(join(directory, 'react-native', 'index.js'), INDEX);

/** Runs a program, which prints JSON, under the condition that Metro and Jest set. */
function run(program: string): unknown {
  const printed = execFileSync(
    process.execPath,
    ['--conditions=react-native', '--input-type=commonjs', '-e', program],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, NODE_PATH: directory },
      encoding: 'utf8',
    },
  );
  return JSON.parse(printed);
}

test('install() and uninstall() are idempotent, and uninstall() restores every property', () => {
  const result = run(`
    globalThis.hasNoNativeSide = true;
    const reactNative = require('react-native');
    const { install } = require('throughline/web');
    // Globals of Node are defined when they are first read, too.
    install()();
    const before = [globalThis, reactNative].map(Object.getOwnPropertyDescriptors);
    const uninstall = install();
    reactNative.View;
    reactNative.TurboModuleRegistry;
    const { patched, refused } = uninstall.report;
    const isSame = install() === uninstall;
    uninstall();
    uninstall();
    const after = [globalThis, reactNative].map(Object.getOwnPropertyDescriptors);
    const shared = Symbol.for('throughline.1');
    const changed = before.flatMap((descriptors, index) =>
      Reflect.ownKeys(after[index]).filter(
        (key) =>
          key !== shared &&
          ['value', 'get', 'set'].some((name) => !Object.is(descriptors[key]?.[name], after[index][key][name])),
      ).map(String),
    );
    console.log(JSON.stringify({ isSame, refused, changed, isPatched: patched.includes('react-native.TurboModuleRegistry') }));
  `);
  assert.deepEqual(result, { isSame: true, refused: [], changed: [], isPatched: true });
});

test('a callback of a native module runs in the frame of the call, and a listener and a mock are left alone', () => {
  const result = run(`
    const reactNative = require('react-native');
    const { AsyncLocalStorage } = require('throughline');
    const user = new AsyncLocalStorage({ defaultValue: 'root' });
    const values = [];
    const read = () => values.push(user.getStore());
    const bluetooth = reactNative.TurboModuleRegistry.get('Bluetooth');
    for (const name of ['ada', 'bob']) {
      user.run(name, () => bluetooth.connect(read));
      user.run(name, () => bluetooth.onDevice(read));
    }
    const isSame = reactNative.TurboModuleRegistry.get('Bluetooth') === bluetooth;
    const isMock = Object.keys(reactNative.NativeModules).join() === 'Bluetooth' && reactNative.NativeModules.Bluetooth !== bluetooth;
    const isMissing = reactNative.TurboModuleRegistry.get('Missing') === null;
    setImmediate(() => {
      reactNative.emit();
      console.log(JSON.stringify({ values, isSame, isMock, isMissing }));
    });
  `);
  assert.deepEqual(result, { values: ['ada', 'bob', 'root', 'root'], isSame: true, isMock: true, isMissing: true });
});

test('a property that is defined when it is first read is patched then, and can be assigned', () => {
  const result = run(`
    let reads = 0;
    const scheduled = [];
    const define = (value) => Object.defineProperty(globalThis, 'requestIdleCallback', { value, writable: true, configurable: true });
    Object.defineProperty(globalThis, 'requestIdleCallback', {
      get() { reads++; const value = (fn) => scheduled.push(fn); define(value); return value; },
      set: define,
      configurable: true,
    });
    const { AsyncLocalStorage } = require('throughline');
    const user = new AsyncLocalStorage({ defaultValue: 'root' });
    const readsAfterInstallation = reads;
    const values = [];
    const read = () => values.push(user.getStore());
    user.run('ada', () => requestIdleCallback(read));
    user.run('bob', () => requestIdleCallback(read));
    requestIdleCallback(read);
    user.run('ada', () => { globalThis.requestIdleCallback = (fn) => scheduled.push(fn); });
    user.run('bob', () => requestIdleCallback(read));
    for (const fn of scheduled) fn();
    console.log(JSON.stringify({ readsAfterInstallation, reads, values }));
  `);
  assert.deepEqual(result, { readsAfterInstallation: 0, reads: 1, values: ['ada', 'bob', 'root', 'root'] });
});

test('the renderer is loaded with functions that schedule its queue in the root', () => {
  const result = run(`
    const reactNative = require('react-native');
    const { AsyncLocalStorage } = require('throughline');
    const user = new AsyncLocalStorage({ defaultValue: 'root' });
    const values = [];
    const read = () => values.push(user.getStore());
    user.run('ada', () => reactNative.update(read));
    user.run('bob', () => reactNative.update(read));
    user.run('ada', () => queueMicrotask(read));
    setTimeout(() => console.log(JSON.stringify(values)), 10);
  `);
  assert.deepEqual(result, ['root', 'root', 'ada']);
});

test('methods that register or remove a listener receive the function itself, and run it in the root', () => {
  const result = run(`
    const reactNative = require('react-native');
    const { AsyncLocalStorage } = require('throughline');
    const user = new AsyncLocalStorage({ defaultValue: 'root' });
    const listeners = new Set();
    const add = (...args) => listeners.add(args.at(-1));
    const remove = (...args) => listeners.delete(args.at(-1));
    const pairs = {
      on: 'off', once: 'off', onDevice: 'offDevice', addListener: 'removeListener', addDeviceListener: 'removeDeviceListener',
      setListener: 'clearListener', attachObserver: 'detachObserver', registerHandler: 'unregisterHandler',
      subscribe: 'unsubscribe', observe: 'unobserve', watchPosition: 'unwatchPosition', listen: 'unlisten', setCallback: 'unsetCallback',
    };
    for (const [register, unregister] of Object.entries(pairs)) {
      Object.assign(reactNative.NativeModules.Bluetooth, { [register]: add, [unregister]: remove });
    }
    const bluetooth = reactNative.TurboModuleRegistry.get('Bluetooth');
    const wrong = [];
    for (const [register, unregister] of Object.entries(pairs)) {
      const read = () => { if (user.getStore() !== 'root') wrong.push(register); };
      user.run('ada', () => bluetooth[register]('device', read));
      for (const listener of listeners) listener();
      bluetooth[unregister]('device', read);
      if (listeners.size > 0) wrong.push(unregister);
      listeners.clear();
    }
    console.log(JSON.stringify(wrong));
  `);
  assert.deepEqual(result, []);
});

test('objects whose methods are called later keep their prototype and their state', () => {
  const result = run(`
    const reactNative = require('react-native');
    const { AsyncLocalStorage } = require('throughline');
    const user = new AsyncLocalStorage({ defaultValue: 'root' });
    const values = [];
    class Button {
      #presses = 0;
      get text() { return 'OK'; }
      onPress() { values.push(user.getStore(), ++this.#presses, this.text); }
    }
    class Task {
      get name() { return 'task'; }
      run() { values.push(user.getStore(), this.describe()); this.isDone = true; }
      describe() { return 'a ' + this.name; }
    }
    const task = new Task();
    user.run('ada', () => {
      reactNative.Alert.alert('Title', 'Message', [new Button(), Object.freeze({ text: 'Frozen', onPress: () => values.push(user.getStore()) })]);
      reactNative.InteractionManager.runAfterInteractions(task);
    });
    reactNative.InteractionManager.runAfterInteractions();
    reactNative.Alert.alert('Title', undefined, null, null);
    setTimeout(() => console.log(JSON.stringify([...values, task.isDone])), 10);
  `);
  assert.deepEqual(result, ['ada', 1, 'OK', 'ada', 'ada', 'a task', true]);
});

test('mocks of modules can be incomplete, and remain mocks', () => {
  const result = run(`
    const id = require.resolve('react-native');
    const replies = Object.assign(() => null, { isMockFunction: true });
    const registry = { get: replies };
    const modules = { Bluetooth: {} };
    const exported = {
      get Animated() { return {}; },
      get TurboModuleRegistry() { return registry; },
      get NativeModules() { return modules; },
    };
    require.cache[id] = { id, filename: id, loaded: true, exports: exported };
    const { AsyncLocalStorage } = require('throughline');
    new AsyncLocalStorage();
    const { Animated, TurboModuleRegistry, NativeModules } = require('react-native');
    const { get } = TurboModuleRegistry;
    const isFrozen = Reflect.preventExtensions(NativeModules.Bluetooth);
    NativeModules.Bluetooth.name = 'mock';
    console.log(JSON.stringify([
      Object.keys(Animated), get.isMockFunction, get === TurboModuleRegistry.get, isFrozen, NativeModules.Bluetooth,
      Object.getOwnPropertyDescriptor(NativeModules, 'Bluetooth').writable,
    ]));
  `);
  assert.deepEqual(result, [[], true, true, false, { name: 'mock' }, true]);
  const withoutDefault = run(`
    const id = require.resolve('react-native');
    require.cache[id] = { id, filename: id, loaded: true, exports: { __esModule: true, View: 'View' } };
    const { AsyncLocalStorage } = require('throughline');
    console.log(JSON.stringify(new AsyncLocalStorage().run('ada', () => require('react-native').View)));
  `);
  assert.equal(withoutDefault, 'View');
});
