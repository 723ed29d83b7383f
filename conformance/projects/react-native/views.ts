/**
 * The views of the native side of React Native, for bundles that render: what its renderer creates is kept as a tree,
 * in which a test finds a view and taps it. This script runs after `native-side.ts`, and adds the native modules that a
 * whole application reads.
 */

/** A view, as the renderer creates it. */
interface View {
  readonly tag: number;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** With what the renderer recognizes the view in an event. */
  readonly handle: unknown;
  readonly children: View[];
}

/** What the app has requested. */
interface NativeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Dispatch = (handle: unknown, type: string, event: object) => void;
type Callback = (...args: unknown[]) => void;
type Modules = Readonly<Record<string, unknown>>;

const noop = () => undefined;
/** The native side knows no frame, so its timers are not those that are patched later. */
const setTask = setTimeout;
const APP_TAG = 1;
const RESPONSE = 'running';

/** The screen: the views of the app, which the renderer replaces as a whole. */
let screen: readonly View[] = [];
let dispatch: Dispatch = noop;
const requests: NativeRequest[] = [];
const messages: string[] = [];

function* viewsOf(views: readonly View[]): Generator<View> {
  for (const view of views) {
    yield view;
    yield* viewsOf(view.children);
  }
}

const allViews = () => [...viewsOf(screen)];
const isSame = (view: View, other: View) => view.tag === other.tag;

/** A view is copied with every change, so it is found by its tag. */
const parentOf = (view: View) => allViews().find(({ children }) => children.some((child) => isSame(child, view)));

function contains(view: View, other: View): boolean {
  for (let parent: View | undefined = other; parent !== undefined; parent = parentOf(parent)) {
    if (isSame(parent, view)) return true;
  }
  return false;
}

/** The result of the DOM's method of this name. */
function compareDocumentPosition(view: View, other: View): number {
  if (isSame(view, other)) return 0;
  if (contains(view, other)) return 20;
  return contains(other, view) ? 10 : 4;
}

const measure = (_view: View, callback: Callback) => callback(0, 0, 100, 50, 0, 0);

const renderer = {
  createNode: (tag: number, name: string, _root: number, props: View['props'], handle: unknown): View => ({
    tag,
    name,
    props,
    handle,
    children: [],
  }),
  cloneNode: (view: View): View => ({ ...view, children: [...view.children] }),
  cloneNodeWithNewChildren: (view: View, children: View[] = []): View => ({ ...view, children }),
  cloneNodeWithNewProps: (view: View, props: View['props']): View => ({
    ...view,
    props: { ...view.props, ...props },
    children: [...view.children],
  }),
  /** The renderer passes the children only if it has made them before. */
  cloneNodeWithNewChildrenAndProps(view: View, ...[first, second]: [View[], View['props']] | [View['props']]): View {
    const [children, props] = second === undefined ? [[], first as View['props']] : [first as View[], second];
    return { ...view, props: { ...view.props, ...props }, children };
  },
  createChildSet: (): View[] => [],
  appendChild(parent: View, child: View): View {
    parent.children.push(child);
    return parent;
  },
  appendChildToSet: (children: View[], child: View) => void children.push(child),
  completeRoot(_tag: number, children: View[]): void {
    screen = children;
  },
  registerEventHandler(handler: Dispatch): void {
    dispatch = handler;
  },
  measure,
  measureInWindow: measure,
  setIsJSResponder: noop,
  setNativeProps: noop,
  dispatchCommand: noop,
  unstable_DefaultEventPriority: 32,
  unstable_DiscreteEventPriority: 2,
  unstable_ContinuousEventPriority: 8,
  unstable_IdleEventPriority: 1 << 28,
  unstable_getCurrentEventPriority: () => 32,
};

let requestCount = 0;

function respond(id: number, request: NativeRequest): void {
  requests.push(request);
  const { __rctDeviceEventEmitter: emitter } = globalThis as unknown as { __rctDeviceEventEmitter: { emit: Callback } };
  const blob = { blobId: String(id), offset: 0, size: RESPONSE.length, type: 'text/plain' };
  // The responses come in another order than the requests.
  const delay = 20 + ((id * 37) % 50);
  setTask(
    () => emitter.emit('didReceiveNetworkResponse', [id, 200, { 'content-type': 'text/plain' }, request.url]),
    delay,
  );
  setTask(() => emitter.emit('didReceiveNetworkData', [id, blob]), delay + 1);
  setTask(() => emitter.emit('didCompleteNetworkResponse', [id, '', false]), delay + 2);
}

const listeners = { addListener: noop, removeListeners: noop };

const dimensions = { width: 400, height: 800, scale: 2, fontScale: 1, densityDpi: 320 };

/** The modules that differ from those of `native-side.ts`, or that it does not have. */
const modules: Modules = {
  DeviceInfo: {
    getConstants: () => ({
      Dimensions: {
        window: dimensions,
        screen: dimensions,
        windowPhysicalPixels: dimensions,
        screenPhysicalPixels: dimensions,
      },
    }),
  },
  NativeDOMCxx: {
    compareDocumentPosition,
    getParentNode: (view: View) => parentOf(view)?.handle ?? null,
    isConnected: () => true,
    linkRootNode: () => ({}),
    measure,
    measureInWindow: measure,
  },
  NativePerformanceCxx: {
    now: () => Date.now(),
    timeOrigin: () => 0,
    reportMark: noop,
    reportMeasure: noop,
    clearMarks: noop,
    clearMeasures: noop,
  },
  NativeReactNativeFeatureFlagsCxx: {},
  Networking: {
    ...listeners,
    /** On iOS, all but the callback, which gets the number of the request, is in one object. On Android, it is a list. */
    sendRequest(
      ...args: readonly [NativeRequest, (id: number) => void] | readonly [string, string, number, string[][]]
    ) {
      if (typeof args[0] === 'string') {
        const [, url, id, headers] = args as readonly [string, string, number, string[][]];
        respond(id, { url, headers: Object.fromEntries(headers) });
      } else {
        const [request, callback] = args as readonly [NativeRequest, (id: number) => void];
        requestCount++;
        callback(requestCount);
        respond(requestCount, request);
      }
    },
    abortRequest: noop,
    clearCookies: noop,
  },
  FileReaderModule: {
    readAsText: () => new Promise((resolve) => setTask(() => resolve(RESPONSE), 5)),
  },
  RNGetRandomValues: { getRandomBase64 },
  // Those of development.
  DevSettings: { ...listeners, addMenuItem: noop, onFastRefresh: noop },
  ImageLoader: { getConstants: () => ({}) },
  IntentAndroid: { getInitialURL: () => Promise.resolve(null) },
  LinkingManager: { ...listeners, getInitialURL: () => Promise.resolve(null) },
  LogBox: { show: noop, hide: noop },
  SettingsManager: { getConstants: () => ({ settings: {} }), setValues: noop, deleteValues: noop },
};

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The native part of react-native-get-random-values. */
function getRandomBase64(byteCount: number): string {
  const padding = (3 - (byteCount % 3)) % 3;
  const length = Math.ceil(byteCount / 3) * 4 - padding;
  const digits = Array.from({ length }, () => BASE64.charAt(Math.floor(Math.random() * BASE64.length)));
  return digits.join('') + '='.repeat(padding);
}

const otherModules = (globalThis as unknown as { nativeModuleProxy: Modules }).nativeModuleProxy;
const findModule = (name: string) => modules[name] ?? otherModules[name] ?? null;

// The console of the engine would print each line a second time.
Reflect.deleteProperty(globalThis, 'console');

Object.assign(globalThis, {
  nativeLoggingHook: (message: string) => void messages.push(message),
  nativeFabricUIManager: renderer,
  nativeModuleProxy: new Proxy(modules, { get: (_, name) => findModule(String(name)) }),
  __turboModuleProxy: findModule,
  __nativeComponentRegistry__hasComponent: () => false,
  /** For the programs that test the app. */
  phone: {
    requests,
    messages,
    open(name: string): void {
      const { RN$AppRegistry: registry } = globalThis as unknown as { RN$AppRegistry: { runApplication: Callback } };
      registry.runApplication(name, { rootTag: APP_TAG, initialProps: {} });
    },
    /** Returns the text of a view; undefined if there is none. @param id its `testID` */
    read(id: string): string | undefined {
      const view = allViews().find(({ props }) => props.testID === id);
      if (view === undefined) return undefined;
      return [...viewsOf([view])].map(({ props }) => props.text ?? '').join('');
    },
    /** @param id the `testID` of a view */
    tap(id: string): void {
      const view = allViews().find(({ props }) => props.testID === id);
      if (view === undefined) throw new Error(`The screen has no view '${id}'.`);
      const touch = {
        target: view.tag,
        identifier: 0,
        pageX: 10,
        pageY: 10,
        locationX: 10,
        locationY: 10,
        timestamp: 1,
      };
      dispatch(view.handle, 'topTouchStart', { ...touch, touches: [touch], changedTouches: [touch] });
      dispatch(view.handle, 'topTouchEnd', { ...touch, touches: [], changedTouches: [touch] });
    },
  },
});
