/**
 * Tests of the patches in Chromium: how they look to user code, that they can be reverted, and how they work with
 * frozen objects, in workers, and together with the patches of other libraries.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bundle, openTestPages, type TestPages } from './test-pages.js';

let pages: TestPages;

before(async () => {
  pages = await openTestPages('chromium');
});
after(async () => {
  await pages?.close();
});

const imports = `import { install } from 'throughline/web';
import { findLostFlows } from './lost-flows.js';
`;

test('patched functions, accessors and constructors look like native ones, and uninstall() restores those', async () => {
  const result =
    await pages.evaluate(`import { findChangedProperties, describeFunctions, snapshotProperties } from './platform-snapshot.js';
import { install } from 'throughline/web';
const [descriptions, properties] = [describeFunctions(), snapshotProperties()];
const uninstall = install();
const { refused } = uninstall.report;
const now = describeFunctions();
const changed = findChangedProperties(properties);
const different = [...now].filter(([path, description]) => descriptions.get(path) !== description).map(([path]) => path);
const gone = [...descriptions.keys()].filter((path) => !now.has(path));
uninstall();
globalThis.result = { changed, different, gone, refused, unrestored: findChangedProperties(properties) };
`);
  const { changed, different, gone, refused, unrestored } = result as Record<string, string[]>;
  assert.ok((changed?.length ?? 0) > 150, `${changed?.length} properties are patched`);
  // The two properties that an await reads become accessors, and so does the global Promise.
  const isAccessor = (path: string) =>
    /^(Promise\.prototype\.(then|constructor)|\.Promise) (get|set|value)$/.test(path);
  assert.deepEqual(
    different?.filter((path) => !isAccessor(path)),
    [],
  );
  assert.deepEqual(
    gone?.filter((path) => !isAccessor(path)),
    [],
  );
  assert.deepEqual(unrestored, []);
  assert.deepEqual(refused, []);
});

test('patched constructors keep their instances, subclasses, constants and prototypes', async () => {
  const result = await pages.evaluate(`import { install } from 'throughline/web';
import { AsyncLocalStorage } from 'throughline';
const Native = WebSocket;
const native = new Worker('/worker.js');
install();
class Derived extends WebSocket {
  constructor() { super('ws://' + location.host + '/socket'); this.derived = true; }
}
const derived = new AsyncLocalStorage().run(1, () => new Derived());
const audio = new Audio();
globalThis.result = [
  derived instanceof Derived, derived instanceof WebSocket, derived instanceof Native, derived.derived,
  Object.getPrototypeOf(derived) === Derived.prototype,
  WebSocket.OPEN === 1, WebSocket.prototype === Native.prototype, derived.constructor === Derived,
  WebSocket.prototype.constructor === WebSocket, WebSocket.name === 'WebSocket', WebSocket.length === 1,
  String(WebSocket) === 'function WebSocket() { [native code] }', native instanceof Worker,
  audio instanceof HTMLAudioElement, audio instanceof Audio,
  (() => { try { WebSocket('ws://x'); } catch (error) { return error instanceof TypeError; } })(),
];
derived.close();
native.terminate();
`);
  assert.deepEqual(
    result,
    Array.from(result as unknown[], () => true),
  );
});

test('frozen properties are reported, and work without keeping the flow', async () => {
  const result = (await pages.evaluate(
    `${imports}
globalThis.result = findLostFlows().then((lost) => ({ lost, refused: install().report.refused }));`,
    `Object.freeze(XMLHttpRequest.prototype);
Object.freeze(EventTarget.prototype);
Object.defineProperty(globalThis, 'setTimeout', { value: setTimeout, configurable: false, writable: false });`,
  )) as { lost: string[]; refused: string[] };
  for (const path of ['XMLHttpRequest.prototype.send', 'EventTarget.prototype.addEventListener', 'setTimeout']) {
    assert.ok(result.refused.includes(path), path);
  }
  assert.deepEqual(result.lost.sort(), [
    'XMLHttpRequest: expected a, got undefined',
    'XMLHttpRequest: expected b, got undefined',
    'setTimeout: expected a, got undefined',
    'setTimeout: expected b, got undefined',
  ]);
});

test('two copies of the package share one installation, and its report does not grow', async () => {
  const result = await pages.evaluate(
    `import { install } from 'throughline/web';
const uninstall = install();
const { patched } = uninstall.report;
for (let i = 0; i < 100; i++) {
  install({ await: true });
  install({ await: false });
}
globalThis.result = {
  isShared: uninstall === globalThis.uninstallFirst,
  wereReportsKept: globalThis.report.await === 'not followed' && patched.length === globalThis.report.patched.length,
  added: uninstall.report.patched.filter((path) => !patched.includes(path)),
  removed: patched.filter((path) => !uninstall.report.patched.includes(path)),
};
`,
    `import { install } from 'throughline/web';
globalThis.uninstallFirst = install({ await: false });
globalThis.report = uninstallFirst.report;`,
  );
  assert.deepEqual(result, { isShared: true, wereReportsKept: true, added: [], removed: [] });
});

test('a listener that was added before install() can be removed after it', async () => {
  const result = await pages.evaluate(`import { install } from 'throughline/web';
const target = new EventTarget();
const calls = [];
const listener = () => calls.push('called');
target.addEventListener('load', listener);
install();
target.removeEventListener('load', listener);
target.dispatchEvent(new Event('load'));
globalThis.result = calls;
`);
  assert.deepEqual(result, []);
});

test('uninstall() leaves a property alone that a library has patched since install()', async () => {
  const result = await pages.evaluate(`import { install } from 'throughline/web';
const accessor = () => Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML');
const results = [];
for (const attribute of ['get', 'set']) {
  const native = accessor();
  const uninstall = install();
  const library = function (...args) { return Reflect.apply(native[attribute], this, args); };
  Object.defineProperty(Element.prototype, 'innerHTML', { [attribute]: library });
  uninstall();
  results.push(accessor()[attribute] === library);
  Object.defineProperty(Element.prototype, 'innerHTML', native);
}
globalThis.result = results;
`);
  assert.deepEqual(result, [true, true]);
});

test('the toggle listener of a popover that is a media element runs in the frame of the showPopover() call', async () => {
  const result = await pages.evaluate(`import { AsyncLocalStorage } from 'throughline';
const storage = new AsyncLocalStorage();
const video = document.createElement('video');
video.popover = 'manual';
document.body.append(video);
globalThis.result = new Promise((resolve) => {
  video.ontoggle = () => resolve(storage.getStore());
  storage.run('value', () => video.showPopover());
});
`);
  assert.equal(result, 'value');
});

test('the source of a message is the window whose code posts it, even to a window with the patches', async () => {
  const result = await pages.evaluate(`${imports}install();
const iframe = document.createElement('iframe');
iframe.srcdoc = '<script>parent.postMessage("ready", "*"); onmessage = ({ source }) => parent.postMessage(source === parent, "*");</script>';
const next = () => new Promise((resolve) => addEventListener('message', resolve, { once: true }));
globalThis.result = (async () => {
  document.body.append(iframe);
  const { data, source } = await next();
  iframe.contentWindow.postMessage('a message', '*');
  return [data, source === iframe.contentWindow, (await next()).data];
})();
`);
  assert.deepEqual(result, ['ready', true, true]);
});

test('patched functions that code of a frame calls resolve URLs and create objects as without the patches', async () => {
  pages.server.add(
    '/frame/members.html',
    `<!doctype html><script>
const own = (object) => String(object.constructor === parent[object.constructor.name]);
onload = () => parent.postMessage('ready', '*');
members = {
  fetch: () => parent.fetch('text').then(({ url }) => url),
  Request: () => new parent.Request('text').url,
  XMLHttpRequest: () => new Promise((resolve) => {
    const request = new parent.XMLHttpRequest();
    request.open('GET', 'text');
    request.onloadend = () => resolve(request.responseURL);
    request.send();
  }),
  WebSocket: () => { const socket = new parent.WebSocket('socket'); socket.close(); return socket.url; },
  EventSource: () => { const source = new parent.EventSource('events'); source.close(); return source.url; },
  Worker: () => new Promise((resolve) => {
    const worker = new parent.Worker('worker.js');
    worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
  }),
  Image: () => { const image = new parent.Image(); image.src = 'image'; return image.src; },
  structuredClone: () => own(parent.structuredClone([])),
  MessagePort: () => new Promise((resolve) => {
    const { port1, port2 } = new parent.MessageChannel();
    port1.onmessage = ({ source, data }) => resolve(String(source) + own(data));
    port2.postMessage([]);
  }),
  Promise: () => own(parent.Promise.resolve()),
};
</script>`,
  );
  for (const folder of ['frame', 'pages']) {
    pages.server.add(`/${folder}/worker.js`, 'postMessage(location.pathname)');
    pages.server.add(`/${folder}/text`, 'text');
  }
  const result = (await pages.evaluate(`import { install } from 'throughline/web';
import { AsyncLocalStorage } from 'throughline';
const frame = document.createElement('iframe');
frame.src = '/frame/members.html';
const describe = async () => {
  const results = [];
  for (const [name, call] of Object.entries(frame.contentWindow.members)) results.push(name + ': ' + (await call()));
  return results;
};
globalThis.result = (async () => {
  const loaded = new Promise((resolve) => addEventListener('message', resolve, { once: true }));
  document.body.append(frame);
  await loaded;
  const before = await describe();
  install();
  return [before, await new AsyncLocalStorage().run('flow', describe)];
})();
`)) as string[][];
  assert.equal(result[0]?.length, 10);
  assert.deepEqual(result[1], result[0]);
});

for (const format of ['Worker', 'SharedWorker', 'ServiceWorker']) {
  test(`flows are kept in a ${format} as in a page`, async () => {
    const path = `/patches/${format}.js`;
    const post = {
      Worker: `findLostFlows().then((lost) => postMessage(lost));`,
      SharedWorker: `onconnect = ({ ports: [port] }) => findLostFlows().then((lost) => port.postMessage(lost));`,
      ServiceWorker: `onmessage = ({ source }) => findLostFlows().then((lost) => source.postMessage(lost));`,
    }[format];
    pages.server.add(path, await bundle(`${imports}install();\n${post}`, 'iife'));
    const result = await pages.evaluate(
      {
        Worker: `const worker = new Worker('${path}');
globalThis.result = new Promise((resolve) => { worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); }; });`,
        SharedWorker: `const { port } = new SharedWorker('${path}');
globalThis.result = new Promise((resolve) => { port.onmessage = ({ data }) => resolve(data); });`,
        ServiceWorker: `globalThis.result = (async () => {
  const registration = await navigator.serviceWorker.register('${path}');
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const message = new Promise((resolve) => { navigator.serviceWorker.onmessage = ({ data }) => resolve(data); });
  navigator.serviceWorker.startMessages();
  worker.postMessage('start');
  const lost = await message;
  await registration.unregister();
  return lost;
})();`,
      }[format] ?? '',
    );
    assert.deepEqual(result, []);
  });
}

test('a library whose then and Promise were assigned while await was intercepted keeps them', async () => {
  const result = await pages.evaluate(`import { install } from 'throughline/web';
const results = [];
for (const end of [(uninstall) => uninstall(), () => install({ await: false })]) {
  const uninstall = install({ await: true });
  const { then } = Promise.prototype;
  const NativePromise = Promise;
  const libraryThen = function (...reactions) { return Reflect.apply(then, this, reactions); };
  class LibraryPromise extends Promise {}
  Promise.prototype.then = libraryThen;
  globalThis.Promise = LibraryPromise;
  end(uninstall);
  const isAccessor = 'get' in Object.getOwnPropertyDescriptor(globalThis, 'Promise');
  results.push(Promise === LibraryPromise, isAccessor);
  uninstall();
  results.push(NativePromise.prototype.then === libraryThen);
  NativePromise.prototype.then = then;
  globalThis.Promise = NativePromise;
}
globalThis.result = results;
`);
  assert.deepEqual(result, [true, false, true, true, false, true]);
});

test('a warning says that await is not intercepted any more if a library has defined then anew', async () => {
  const result = await pages.evaluate(`import { install } from 'throughline/web';
import { AsyncLocalStorage } from 'throughline';
const warnings = [];
console.warn = (...args) => warnings.push(args.join(' '));
const storage = new AsyncLocalStorage();
const { then } = Promise.prototype;
Object.defineProperty(Promise.prototype, 'then', {
  value(...reactions) { return then.apply(this, reactions); }, writable: true, configurable: true,
});
globalThis.result = storage.run('flow', async () => {
  await Promise.resolve();
  // The first await has left the flow.
  await storage.run('flow', async () => { await Promise.resolve(); });
  return { await: install().report.await, warnings };
});
`);
  assert.deepEqual(result, {
    await: 'not followed',
    warnings: [
      'Throughline: values are lost after native await of a replaced Promise. Build the page with @throughline/transform.',
    ],
  });
});

test('lockdown() of SES ends the interception with a warning, and reactions are still followed', async () => {
  const { lost, ...result } = (await pages.evaluate(`import 'ses';
${imports}
const warnings = [];
console.warn = (...args) => warnings.push(args.join(' '));
const before = install().report.await;
lockdown({ errorTaming: 'unsafe', consoleTaming: 'unsafe' });
globalThis.result = findLostFlows().then((lost) => ({
  lost, before, after: install().report.await, isFrozen: Object.isFrozen(Promise.prototype), warnings,
}));
`)) as { lost: string[] };
  assert.deepEqual(result, {
    before: 'intercepted',
    after: 'not followed',
    isFrozen: true,
    warnings: [
      'Throughline: values are lost after native await after lockdown(). Build the page with @throughline/transform.',
    ],
  });
  assert.deepEqual(
    lost.filter((message) => message.startsWith('reaction')),
    [],
  );
});

interface ZoneResult {
  /** The name of the zone in which each callback ran. */
  readonly zones: readonly string[];
  readonly lost: readonly string[];
}

const inZone = `
const zone = Zone.current.fork({ name: 'ours' });
const zones = zone.run(() => Promise.all([
  new Promise((resolve) => setTimeout(() => resolve(Zone.current.name), 1)),
  Promise.resolve().then(() => Zone.current.name),
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('GET', '/text.txt');
    request.onload = () => resolve(Zone.current.name);
    request.send();
  }),
]));
globalThis.result = (async () => ({ zones: await zones, lost: await findLostFlows() }))();
`;

test('zone.js that is loaded before Throughline keeps its zones, and Throughline keeps the flows', async () => {
  const source = `${imports}install();${inZone}`;
  const { zones, lost } = (await pages.evaluate(source, `import 'zone.js';`)) as ZoneResult;
  assert.deepEqual(zones, ['ours', 'ours', 'ours']);
  assert.deepEqual(lost, []);
});

test('zone.js that is loaded after Throughline keeps its zones, and Throughline keeps the flows', async () => {
  const source = `${imports}install();\nawait import('zone.js');${inZone}`;
  const { zones, lost } = (await pages.evaluate(source)) as ZoneResult;
  assert.deepEqual(zones, ['ours', 'ours', 'ours']);
  assert.deepEqual(lost, []);
});

const wrap = `import { installMonitoringWrappers } from './monitoring-wrappers.js';
globalThis.calls = installMonitoringWrappers();`;

for (const [when, source, first] of [
  ['before', '', wrap],
  ['after', wrap, ''],
]) {
  test(`the wrappers of a monitoring tool that is loaded ${when} Throughline are called, and the flows are kept`, async () => {
    const result = (await pages.evaluate(
      `${imports}${source}
globalThis.result = findLostFlows().then((lost) => ({ lost, calls }));`,
      first,
    )) as { lost: string[]; calls: Record<string, number> };
    assert.deepEqual(result.lost, []);
    for (const name of ['timers', 'listeners', 'requests']) assert.ok((result.calls[name] ?? 0) > 0, name);
  });
}
