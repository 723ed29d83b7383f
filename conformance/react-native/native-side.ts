/**
 * The native side of React Native: the functions that it defines, and native modules, without a device. Everything above
 * it is React Native's own code. This script runs before the bundle of an application, and after `engine-globals.ts`.
 *
 * What the native side reports comes in a task of its own, as on a device, and reports of the same time come in one
 * order: the last call is reported first.
 */

/** How the native side calls JavaScript: the new architecture, or the bridge before it, with promises by a polyfill. */
declare const architecture: 'bridgeless' | 'bridge';

type Callback = (...args: unknown[]) => void;

interface BatchedBridge {
  callFunctionReturnFlushedQueue(module: string, method: string, args: unknown[]): unknown;
  flushedQueue(): unknown;
}

interface NativeGlobals {
  __rctDeviceEventEmitter: { emit: Callback };
  RN$AppRegistry: { runApplication: Callback; startHeadlessTask: Callback };
  __fbBatchedBridge: BatchedBridge;
}

const environment = globalThis as unknown as NativeGlobals & { queueMicrotask: (job: () => void) => void };
const { setTimeout: setTask, clearTimeout: clearTask, queueMicrotask: queueJob } = globalThis;
const isBridgeless = architecture === 'bridgeless';

/** Runs a task, after which the bridge empties its queue of microtasks. */
function runTask(task: () => void, delay = 0): number {
  const id: unknown = setTask(() => {
    task();
    if (!isBridgeless) environment.__fbBatchedBridge.flushedQueue();
  }, delay);
  return id as number;
}

let pending: (() => void)[] = [];

/** Reports something to JavaScript later. Of several reports, the last one is made first. */
function report(task: () => void): void {
  if (pending.length === 0) {
    runTask(() => {
      const tasks = pending;
      pending = [];
      for (const next of tasks.reverse()) runTask(next);
    }, 5);
  }
  pending.push(task);
}

function emit(...args: unknown[]): void {
  environment.__rctDeviceEventEmitter.emit(...args);
}

function resolveLater<T>(value: T): Promise<T> {
  return new Promise((resolve) => report(() => resolve(value)));
}

/** The timers of the bridge: those that are due at the same time are called in one call. */
let dueTimers: number[] = [];

function createTimer(id: number, duration: number, _time: number, repeats: boolean): void {
  runTask(() => {
    if (dueTimers.length === 0) {
      runTask(() => {
        const ids = dueTimers;
        dueTimers = [];
        environment.__fbBatchedBridge.callFunctionReturnFlushedQueue('JSTimers', 'callTimers', [ids]);
      });
    }
    dueTimers.push(id);
    if (repeats) createTimer(id, duration, 0, true);
  }, duration);
}

/** Milliseconds between two frames. Each reading of the clock is a quarter of a frame later than the one before. */
const FRAME_MS = 16;
let time = 0;
Date.now = () => {
  time += FRAME_MS / 4;
  return time;
};

let requestCount = 0;
/** What native code has received. */
const received: unknown[] = [];
const deviceListeners: Callback[] = [];

const noop = () => undefined;
const blob = { blobId: '1', offset: 0, size: 4, type: 'text/plain', name: '', lastModified: 0 };
const countListeners = { addListener: noop, removeListeners: noop };

// What codegen makes of an event emitter of a native module has this name.
function BridgedFunction(listener: Callback): { remove(): void } {
  deviceListeners.push(listener);
  return { remove: noop };
}

const modules: Record<string, Record<string, unknown>> = {
  NativeMicrotasksCxx: { queueMicrotask: (job: () => void) => queueJob(job) },
  NativeIdleCallbacksCxx: {
    requestIdleCallback: (callback: Callback) =>
      runTask(() => callback({ didTimeout: false, timeRemaining: () => 10 })),
    cancelIdleCallback: noop,
  },
  NativePerformanceCxx: { now: () => Date.now() },
  NativeDOMCxx: { linkRootNode: () => ({}) },
  Timing: {
    createTimer,
    deleteTimer: noop,
    setSendIdleEvents(isWanted: boolean) {
      if (!isWanted) return;
      runTask(() => {
        environment.__fbBatchedBridge.callFunctionReturnFlushedQueue('JSTimers', 'callIdleCallbacks', [Date.now()]);
      });
    },
  },
  PlatformConstants: {
    getConstants: () => ({ osVersion: '26', reactNativeVersion: { major: 0, minor: 88, patch: 1 }, isTesting: false }),
  },
  UIManager: {
    getConstants: () => ({}),
    getConstantsForViewManager: noop,
    measure: (_tag: number, callback: Callback) => report(() => callback(0, 0, 1, 1)),
  },
  ExceptionsManager: { reportException: (data: { message: string }) => print(`Exception: ${data.message}`) },
  SourceCode: { getConstants: () => ({ scriptURL: 'http://localhost/index.bundle' }) },
  DeviceInfo: {
    getConstants: () => ({
      Dimensions: {
        window: { width: 1, height: 1, scale: 1, fontScale: 1 },
        screen: { width: 1, height: 1, scale: 1 },
      },
    }),
  },
  Networking: {
    ...countListeners,
    sendRequest({ responseType }: { responseType: string }, callback: Callback) {
      requestCount++;
      const id = requestCount;
      report(() => callback(id));
      report(() => {
        runTask(() => emit('didSendNetworkData', [id, 1, 1]));
        runTask(() => emit('didReceiveNetworkResponse', [id, 200, { 'Content-Type': 'text/plain' }, null]));
        runTask(() => emit('didReceiveNetworkData', [id, responseType === 'blob' ? blob : 'text']));
        runTask(() => emit('didCompleteNetworkResponse', [id, null, false]));
      });
      // The last report is made first: the request gets its number before its response.
      pending.push(...pending.splice(-2).reverse());
    },
    abortRequest: noop,
    clearCookies: (callback: Callback) => report(() => callback(true)),
  },
  WebSocketModule: {
    ...countListeners,
    connect(_url: string, _protocols: unknown, _options: unknown, id: number) {
      report(() => {
        runTask(() => emit('websocketOpen', { id, protocol: '' }));
        runTask(() => emit('websocketMessage', { id, type: 'text', data: 'hello' }));
        runTask(() => emit('websocketClosed', { id, code: 1000, reason: '' }));
      });
    },
    send: noop,
    sendBinary: noop,
    ping: noop,
    close: noop,
  },
  BlobModule: {
    getConstants: () => ({ BLOB_URI_SCHEME: 'blob', BLOB_URI_HOST: '' }),
    addNetworkingHandler: noop,
    addWebSocketHandler: noop,
    removeWebSocketHandler: noop,
    sendOverSocket: noop,
    createFromParts: noop,
    release: noop,
  },
  FileReaderModule: {
    readAsText: () => resolveLater('text'),
    readAsDataURL: () => resolveLater('data:;base64,aGVsbG8='),
  },
  AppState: {
    ...countListeners,
    getConstants: () => ({ initialAppState: 'active' }),
    getCurrentAppState: (callback: Callback) => report(() => callback({ app_state: 'background' })),
  },
  Appearance: { ...countListeners, getColorScheme: () => 'light', setColorScheme: noop },
  KeyboardObserver: countListeners,
  LinkingManager: { ...countListeners, openURL: () => resolveLater(undefined), canOpenURL: () => resolveLater(true) },
  HeadlessJsTaskSupport: { notifyTaskFinished: noop, notifyTaskRetry: () => Promise.resolve(false) },
  AlertManager: { alertWithArgs: (_args: unknown, callback: Callback) => report(() => callback(0, '')) },
  ActionSheetManager: { showActionSheetWithOptions: (_: unknown, callback: Callback) => report(() => callback(1)) },
  NativeAnimatedModule: {
    ...Object.fromEntries(
      [
        'startOperationBatch finishOperationBatch createAnimatedNode updateAnimatedNodeConfig getValue',
        'startListeningToAnimatedNodeValue stopListeningToAnimatedNodeValue connectAnimatedNodes',
        'disconnectAnimatedNodes stopAnimation setAnimatedNodeValue setAnimatedNodeOffset flattenAnimatedNodeOffset',
        'extractAnimatedNodeOffset connectAnimatedNodeToView disconnectAnimatedNodeFromView restoreDefaultValues',
        'dropAnimatedNode addAnimatedEventToView removeAnimatedEventFromView addListener removeListeners',
      ]
        .join(' ')
        .split(' ')
        .map((name) => [name, noop]),
    ),
    startAnimatingNode: (_id: number, _tag: number, _config: unknown, callback: Callback) =>
      report(() => callback({ finished: true, value: 1 })),
  },
  /** A module of a library. */
  Bluetooth: {
    ...countListeners,
    connect: (_name: string, _failure: Callback, success: Callback) => report(() => success()),
    disconnect: (_name: string, failure: Callback) => report(() => failure()),
    read: () => resolveLater('value'),
    /** What codegen makes of an event emitter. */
    deviceFound: BridgedFunction,
    onDevice: (listener: Callback) => BridgedFunction(listener),
    keep: (value: unknown) => received.push(value),
  },
};

modules.NativeAnimatedTurboModule = modules.NativeAnimatedModule as Record<string, unknown>;

/** As in React Native, a module is an object whose methods are found on its prototype. */
const moduleObjects = new Map(
  Object.entries(modules).map(([name, methods]) => [name, Object.create(methods) as object]),
);

Object.assign(globalThis, {
  global: globalThis,
  ...(isBridgeless ? { RN$Bridgeless: true } : {}),
  nativePerformanceNow: () => 0,
  nativeLoggingHook(message: string, level: number) {
    if (level > 1) print(`Console: ${message}`);
  },
  requestAnimationFrame: (callback: Callback) => runTask(() => callback(0), FRAME_MS),
  cancelAnimationFrame: (id: number) => clearTask(id),
  RN$registerCallableModule: noop,
  nativeModuleProxy: new Proxy(
    {},
    { get: (_, name) => (name === '__esModule' ? false : (moduleObjects.get(String(name)) ?? null)) },
  ),
  /** Older versions find the modules with this function. */
  __turboModuleProxy: (name: string) => moduleObjects.get(name) ?? null,
  /** The runtime of worklets, which runs nothing here. */
  __workletsModuleProxy: new Proxy({}, { get: () => () => ({}) }),
  nativeFabricUIManager: {
    configureNextLayoutAnimation: (config: { type?: string }, end: Callback, failure: Callback) =>
      report(() => (config.type === 'invalid' ? failure() : end())),
    registerEventHandler: noop,
    createChildSet: () => ({}),
    appendChildToSet: noop,
    completeRoot: noop,
  },
  /** For the cases: what happens on the device. */
  device: {
    emit: (...args: unknown[]) => runTask(() => emit(...args)),
    findDevice: () =>
      runTask(() => {
        for (const listener of deviceListeners) listener('headphones');
      }),
    runApplication: (...args: unknown[]) => runTask(() => environment.RN$AppRegistry.runApplication(...args)),
    startHeadlessTask: (...args: unknown[]) => runTask(() => environment.RN$AppRegistry.startHeadlessTask(...args)),
    received,
  },
});

declare function print(text: string): void;
