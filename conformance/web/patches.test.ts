/**
 * The web patches in a real Chromium, among others: what they look like, that they go away again, what they do where
 * something is frozen, in workers, and beside the patches of somebody else.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';
import { build } from 'esbuild';

let browser: Browser;
let server: PageServer;

before(async () => {
  server = await startPageServer();
  browser = await openBrowser('chromium');
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const install = `import { install } from 'throughline/web';
import { follows } from './follows.js';
`;

async function bundle(source: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    conditions: ['throughline-portable'],
    logLevel: 'error',
  });
  return result.outputFiles?.[0]?.text ?? '';
}

let pages = 0;

/**
 * What `globalThis.result` of a page's module comes to.
 * @param first is run before it
 */
async function inPage(source: string, first = ''): Promise<unknown> {
  const path = `/patches/${++pages}`;
  const scripts = [`${path}-first.js`, `${path}.js`];
  const html = scripts.map((script) => `<script type="module" src="${script}"></script>`).join('');
  server.add(path, `<!doctype html><meta charset="utf-8"><body>${html}`);
  server.add(`${path}-first.js`, await bundle(first));
  server.add(`${path}.js`, await bundle(source));
  const page = await browser.page(server.origin + path);
  try {
    return await page.evaluate('globalThis.result');
  } finally {
    await page.close();
  }
}

test('every patched function, getter, setter and constructor looks as before, and all is as it was after uninstall()', async () => {
  const result = await inPage(`import { looks, stands } from './looks.js';
import { install } from 'throughline/web';
const before = [looks(), stands()];
const uninstall = install();
const { report } = uninstall;
const [looked, stood] = [looks(), stands()];
const patched = [...stood].filter(([path, property]) => {
  const was = before[1].get(path);
  return !Object.is(was.value, property.value) || was.set !== property.set || was.get !== property.get;
}).map(([path]) => path);
const different = [...looked].filter(([path, look]) => before[0].get(path) !== look).map(([path]) => path);
const gone = [...before[0].keys()].filter((path) => !looked.has(path));
const { length } = report.patched;
uninstall();
const left = [...stands()].filter(([path, property]) => {
  const was = before[1].get(path);
  return !Object.is(was.value, property.value) || was.set !== property.set || was.get !== property.get;
}).map(([path]) => path);
globalThis.result = { patched, different, gone, left, refused: report.refused, length };
`);
  const { patched, different, gone, left, refused } = result as Record<string, string[]>;
  assert.ok((patched?.length ?? 0) > 150, `${patched?.length} are patched`);
  // The two properties through which an await is seen have become accessors, and so has the constructor's global.
  const accessors = (path: string) => /^(Promise\.prototype\.(then|constructor)|\.Promise) (get|set|value)$/.test(path);
  assert.deepEqual(
    different?.filter((path) => !accessors(path)),
    [],
  );
  assert.deepEqual(
    gone?.filter((path) => !accessors(path)),
    [],
  );
  assert.deepEqual(left, []);
  assert.deepEqual(refused, []);
});

test('constructors stay constructors: instances, subclasses, constants and prototypes', async () => {
  const result = await inPage(`import { install } from 'throughline/web';
import { AsyncLocalStorage } from 'throughline';
const Native = WebSocket;
const native = new Worker('/worker.js');
install();
class Mine extends WebSocket {
  constructor() { super('ws://' + location.host + '/socket'); this.mine = true; }
}
const mine = new AsyncLocalStorage().run(1, () => new Mine());
const audio = new Audio();
globalThis.result = [
  mine instanceof Mine, mine instanceof WebSocket, mine instanceof Native, mine.mine, Object.getPrototypeOf(mine) === Mine.prototype,
  WebSocket.OPEN === 1, WebSocket.prototype === Native.prototype, mine.constructor === Mine,
  WebSocket.prototype.constructor === WebSocket, WebSocket.name === 'WebSocket', WebSocket.length === 1,
  String(WebSocket) === 'function WebSocket() { [native code] }', native instanceof Worker,
  audio instanceof HTMLAudioElement, audio instanceof Audio,
  (() => { try { WebSocket('ws://x'); } catch (error) { return error instanceof TypeError; } })(),
];
mine.close();
native.terminate();
`);
  assert.deepEqual(
    result,
    Array.from(result as unknown[], () => true),
  );
});

test('what is frozen is reported, and works without following', async () => {
  const result = (await inPage(
    `${install}
globalThis.result = follows().then((wrong) => ({ wrong, refused: install().report.refused }));`,
    `Object.freeze(XMLHttpRequest.prototype);
Object.freeze(EventTarget.prototype);
Object.defineProperty(globalThis, 'setTimeout', { value: setTimeout, configurable: false, writable: false });`,
  )) as { wrong: string[]; refused: string[] };
  for (const name of ['XMLHttpRequest.prototype.send', 'EventTarget.prototype.addEventListener', 'setTimeout']) {
    assert.ok(result.refused.includes(name), name);
  }
  assert.deepEqual(result.wrong.sort(), [
    'XMLHttpRequest: expected a, got undefined',
    'XMLHttpRequest: expected b, got undefined',
    'setTimeout: expected a, got undefined',
    'setTimeout: expected b, got undefined',
  ]);
});

test('what was listening before install() can be removed after it', async () => {
  const result = await inPage(`import { install } from 'throughline/web';
const target = new EventTarget();
const seen = [];
const listener = () => seen.push('called');
target.addEventListener('load', listener);
install();
target.removeEventListener('load', listener);
target.dispatchEvent(new Event('load'));
globalThis.result = seen;
`);
  assert.deepEqual(result, []);
});

for (const format of ['Worker', 'SharedWorker', 'ServiceWorker']) {
  test(`a ${format} is followed as a page is`, async () => {
    const path = `/patches/${format}.js`;
    const tell = {
      Worker: `follows().then((wrong) => postMessage(wrong));`,
      SharedWorker: `onconnect = ({ ports: [port] }) => follows().then((wrong) => port.postMessage(wrong));`,
      ServiceWorker: `onmessage = ({ source }) => follows().then((wrong) => source.postMessage(wrong));`,
    }[format];
    server.add(path, await bundle(`${install}install();\n${tell}`, 'iife'));
    const result = await inPage(
      {
        Worker: `const worker = new Worker('${path}');
globalThis.result = new Promise((resolve) => { worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); }; });`,
        SharedWorker: `const { port } = new SharedWorker('${path}');
globalThis.result = new Promise((resolve) => { port.onmessage = ({ data }) => resolve(data); });`,
        ServiceWorker: `globalThis.result = (async () => {
  const registration = await navigator.serviceWorker.register('${path}');
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const answer = new Promise((resolve) => { navigator.serviceWorker.onmessage = ({ data }) => resolve(data); });
  navigator.serviceWorker.startMessages();
  worker.postMessage('go');
  const wrong = await answer;
  await registration.unregister();
  return wrong;
})();`,
      }[format] ?? '',
    );
    assert.deepEqual(result, []);
  });
}

const inZones = `
const zone = Zone.current.fork({ name: 'ours' });
const inZone = zone.run(() => Promise.all([
  new Promise((resolve) => setTimeout(() => resolve(Zone.current.name), 1)),
  Promise.resolve().then(() => Zone.current.name),
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('GET', '/text.txt');
    request.onload = () => resolve(Zone.current.name);
    request.send();
  }),
]));
globalThis.result = (async () => ({ zones: await inZone, wrong: await follows() }))();
`;

test('zone.js that is loaded before us works, and so do we', async () => {
  const { zones, wrong } = (await inPage(`${install}install();${inZones}`, `import 'zone.js';`)) as Zones;
  assert.deepEqual(zones, ['ours', 'ours', 'ours']);
  // Its FileReader is a class of its own, which hides the platform's.
  assert.deepEqual(
    wrong.filter((text) => !/^FileReader: expected ., got undefined/.test(text)),
    [],
  );
});

test('zone.js that is loaded after us works; what goes through the queue of its own is not followed', async () => {
  const { zones, wrong } = (await inPage(`${install}install();\nawait import('zone.js');${inZones}`)) as Zones;
  assert.deepEqual(zones, ['ours', 'ours', 'ours']);
  assert.deepEqual(
    wrong.filter((text) => !/^(reaction|queueMicrotask|fetch):/.test(text)),
    [],
  );
});

interface Zones {
  readonly zones: readonly string[];
  readonly wrong: readonly string[];
}

const wrap = `import { wrapAsMonitoringToolsDo } from './wrappers.js';
globalThis.calls = wrapAsMonitoringToolsDo();`;

for (const [when, source, first] of [
  ['before', '', wrap],
  ['after', wrap, ''],
]) {
  test(`plain wrappers that are put around everything ${when} us are called, and so are we`, async () => {
    const result = (await inPage(
      `${install}${source}
globalThis.result = follows().then((wrong) => ({ wrong, calls }));`,
      first,
    )) as { wrong: string[]; calls: Record<string, number> };
    assert.deepEqual(result.wrong, []);
    for (const name of ['timers', 'listeners', 'requests']) assert.ok((result.calls[name] ?? 0) > 0, name);
  });
}
