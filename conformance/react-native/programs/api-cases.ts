/// <reference lib="dom" />
/**
 * Calls the APIs of React Native from two flows and from outside of any, at the same time, and reads the value in each
 * callback. A case states which values are right; every other one is that of another flow, or missing.
 */
import { createElement, useEffect, useState } from 'react';
import {
  ActionSheetIOS,
  Alert,
  Animated,
  Appearance,
  AppRegistry,
  AppState,
  DeviceEventEmitter,
  Dimensions,
  InteractionManager,
  Keyboard,
  LayoutAnimation,
  Linking,
  NativeEventEmitter,
  NativeModules,
  Networking,
  TurboModuleRegistry,
} from 'react-native';
import { renderElement } from 'react-native/Libraries/ReactNative/RendererProxy';
import { runOnJS, scheduleOnRN } from 'react-native-worklets';
import { AsyncLocalStorage } from 'throughline';
import { install } from 'throughline/web';

/** The result of a case: the values that were read, in the order of the flows that called the API. */
export interface CaseResult {
  readonly title: string;
  readonly expected: string;
  readonly values: string;
}

type Start = (read: () => void, name: string) => void;

declare const device: {
  emit(type: string, value?: unknown): void;
  findDevice(): void;
  runApplication(key: string, parameters: { rootTag: number }): void;
  startHeadlessTask(id: number, key: string): void;
  readonly received: unknown[];
};
declare function print(text: string): void;
declare function requestIdleCallback(callback: () => void): number;

const user = new AsyncLocalStorage<string, string>({ defaultValue: 'root' });

/** Each callback runs in the frame of the call. */
const OWN = 'ada bob root';
/** Each callback runs in the root. */
const ROOT = 'root root root';

/** Calls `start` in two flows and in the root, and returns the values that it reads. */
async function readInEach(start: Start, count = 1): Promise<string> {
  const values = await Promise.all(
    ['ada', 'bob', 'root'].map(
      (name) =>
        new Promise<string>((resolve) => {
          const seen: string[] = [];
          const read = () => {
            if (seen.push(user.getStore()) === count) resolve(seen.join('+'));
          };
          if (name === 'root') start(read, name);
          else user.run(name, start, read, name);
        }),
    ),
  );
  return values.join(' ');
}

/** The values of callbacks that are called several times. */
const repeated = (values: string, count: number) =>
  values
    .split(' ')
    .map((value) => Array.from({ length: count }, () => value).join('+'))
    .join(' ');

/** Waits until the native side has reported everything. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 200));

const cases: [title: string, expected: string, run: () => Promise<string>][] = [];

function add(title: string, expected: string, start: Start, count = 1): void {
  cases.push([title, repeated(expected, count), () => readInEach(start, count)]);
}

add('setTimeout()', OWN, (read) => setTimeout(read, 5));
add('setTimeout() with arguments', OWN, (read) => setTimeout((fn: () => void) => fn(), 5, read));
add('setInterval()', OWN, (read) => setInterval(read, 5), 3);
add('setImmediate()', OWN, (read) => setImmediate(read));
add('queueMicrotask()', OWN, (read) => queueMicrotask(read));
add('requestAnimationFrame()', OWN, (read) => requestAnimationFrame(read));
add('requestIdleCallback()', OWN, (read) => requestIdleCallback(read));
add('Timers that start each other', OWN, (read) =>
  setImmediate(() => requestAnimationFrame(() => queueMicrotask(() => setTimeout(read)))),
);
cases.push([
  'A timer of the root after one that enters a frame',
  'root',
  async () => {
    const value = new Promise<string>((resolve) => {
      setTimeout(() => user.enterWith('ada'), 5);
      setTimeout(() => resolve(user.getStore()), 5);
    });
    return value;
  },
]);

add('then() of fetch() and of text()', OWN, (read, name) => {
  void fetch(`https://localhost/${name}`)
    .then((response) => response.text())
    .then(read);
});
add('await of fetch()', OWN, async (read, name) => {
  const response = await fetch(`https://localhost/${name}`);
  await response.text();
  read();
});
add('finally() of a fetch() that is aborted', OWN, (read, name) => {
  const controller = new AbortController();
  fetch(`https://localhost/${name}`, { signal: controller.signal })
    .catch(() => {})
    .finally(read);
  controller.abort();
});
add(
  'XMLHttpRequest: readystatechange, load, loadend',
  OWN,
  (read, name) => {
    const request = new XMLHttpRequest();
    request.open('GET', `https://localhost/${name}`);
    request.onreadystatechange = read;
    request.onload = read;
    request.addEventListener('loadend', read);
    request.send();
  },
  5,
);
add('XMLHttpRequest: progress of the upload', OWN, (read, name) => {
  const request = new XMLHttpRequest();
  request.open('POST', `https://localhost/${name}`);
  request.upload.onprogress = read;
  request.send('body');
});
cases.push([
  'XMLHttpRequest: a listener that another flow adds',
  'ada',
  () =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open('GET', 'https://localhost/ada');
      user.run('bob', () => request.addEventListener('load', () => resolve(user.getStore())));
      user.run('ada', () => request.send());
    }),
]);

add(
  'WebSocket: open, message, close',
  OWN,
  (read, name) => {
    const socket = new WebSocket(`wss://localhost/${name}`);
    socket.onopen = read;
    socket.onmessage = read;
    socket.addEventListener('close', read);
  },
  3,
);
if (typeof Event === 'function') {
  cases.push([
    'WebSocket: an event that a flow dispatches',
    'bob',
    () =>
      new Promise((resolve) => {
        const socket = user.run('ada', () => new WebSocket('wss://localhost/ada'));
        socket.addEventListener('custom', () => resolve(user.getStore()));
        user.run('bob', () => socket.dispatchEvent(new Event('custom')));
      }),
  ]);
}
add(
  'FileReader: load, loadend',
  OWN,
  (read) => {
    const reader = new FileReader();
    reader.onload = read;
    reader.addEventListener('loadend', read);
    reader.readAsText({ data: {} } as unknown as Blob);
  },
  2,
);
if ('timeout' in AbortSignal) {
  add('AbortSignal.timeout()', OWN, (read) => AbortSignal.timeout(5).addEventListener('abort', read));
}
cases.push([
  'AbortController: abort() is a synchronous event',
  'bob',
  async () => {
    const controller = user.run('ada', () => new AbortController());
    let value = '';
    user.run('ada', () =>
      controller.signal.addEventListener('abort', () => {
        value = user.getStore();
      }),
    );
    user.run('bob', () => controller.abort());
    return value;
  },
]);

const bluetooth = () => TurboModuleRegistry.getEnforcing('Bluetooth');

add('DeviceEventEmitter: an event of the device', ROOT, (read, name) => {
  DeviceEventEmitter.addListener('battery', read);
  if (name === 'root') device.emit('battery');
});
add('NativeEventEmitter: an event of the device', ROOT, (read, name) => {
  new NativeEventEmitter(bluetooth()).addListener('found', read);
  if (name === 'root') device.emit('found');
});
cases.push([
  'DeviceEventEmitter: emit() is synchronous',
  'bob bob',
  async () => {
    const values: string[] = [];
    const listen = () => DeviceEventEmitter.addListener('local', () => values.push(user.getStore()));
    user.run('ada', listen);
    listen();
    user.run('bob', () => DeviceEventEmitter.emit('local'));
    return values.join(' ');
  },
]);

add('TurboModuleRegistry.getEnforcing(): a callback', OWN, (read) => bluetooth().connect('a', () => {}, read));
add('TurboModuleRegistry.get(): a callback for a failure', OWN, (read) =>
  TurboModuleRegistry.get('Bluetooth')?.disconnect('a', read),
);
add('NativeModules: a callback', OWN, (read) => NativeModules.Bluetooth.connect('a', () => {}, read));
add('A native module: then() of a promise', OWN, (read) => {
  void bluetooth().read().then(read);
});
add('A native module: await of a promise', OWN, async (read) => {
  await NativeModules.Bluetooth.read();
  read();
});
add(
  'A native module: an event emitter',
  ROOT,
  (read, name) => {
    bluetooth().deviceFound(read);
    bluetooth().onDevice(read);
    if (name === 'root') device.findDevice();
  },
  2,
);
cases.push([
  'A native module receives a worklet itself',
  'true false',
  async () => {
    const worklet = Object.assign(() => {}, { __workletHash: 1 });
    const callback = () => {};
    user.run('ada', () => bluetooth().keep(worklet));
    user.run('ada', () => bluetooth().keep(callback));
    return device.received
      .splice(0)
      .map((value, index) => String(value === [worklet, callback][index]))
      .join(' ');
  },
]);
add('Networking.clearCookies()', OWN, (read) => Networking.clearCookies(read));

add('AppState, which a flow loads, and whose first state comes in a callback', ROOT, (read) => {
  const subscription = AppState.addEventListener('change', () => {
    subscription.remove();
    read();
  });
});
add('AppState: a later event', ROOT, (read, name) => {
  AppState.addEventListener('change', read);
  if (name === 'root') device.emit('appStateDidChange', { app_state: 'inactive' });
});
add('Appearance: an event', ROOT, (read, name) => {
  Appearance.addChangeListener(read);
  if (name === 'root') device.emit('appearanceChanged', { colorScheme: 'dark' });
});
add('Dimensions: an event', ROOT, (read, name) => {
  const size = { width: 2, height: 2, scale: 1, fontScale: 1 };
  Dimensions.addEventListener('change', read);
  if (name === 'root') device.emit('didUpdateDimensions', { window: size, screen: size });
});
add('Keyboard: an event', ROOT, (read, name) => {
  Keyboard.addListener('keyboardDidShow', read);
  if (name === 'root') device.emit('keyboardDidShow', {});
});
add('Linking: then() of openURL()', OWN, (read) => {
  void Linking.openURL('https://localhost/').then(read);
});
add('Linking: an event', ROOT, (read, name) => {
  Linking.addEventListener('url', read);
  if (name === 'root') device.emit('url', { url: 'https://localhost/' });
});

add('AppRegistry: an application that the native side starts', ROOT, (read, name) => {
  AppRegistry.registerRunnable(`application of ${name}`, read);
  device.runApplication(`application of ${name}`, { rootTag: 21 });
});
add('AppRegistry: an application that a flow starts', ROOT, (read, name) => {
  AppRegistry.registerRunnable(`own application of ${name}`, read);
  AppRegistry.runApplication(`own application of ${name}`, { rootTag: 31 });
});
add(
  'AppRegistry: a headless task that the native side starts, before and after an await',
  ROOT,
  (read, name) => {
    AppRegistry.registerHeadlessTask(`task of ${name}`, () => async () => {
      read();
      await null;
      read();
    });
    device.startHeadlessTask(1, `task of ${name}`);
  },
  2,
);
add('AppRegistry: a headless task that a flow starts', ROOT, (read, name) => {
  AppRegistry.registerHeadlessTask(`own task of ${name}`, () => async () => read());
  AppRegistry.startHeadlessTask(2, `own task of ${name}`, null);
});
add('AppRegistry: a flow inside a headless task', OWN, (read, name) => {
  AppRegistry.registerHeadlessTask(
    `flow of ${name}`,
    () => () =>
      user.run(name, async () => {
        await bluetooth().read();
        read();
      }),
  );
  device.startHeadlessTask(3, `flow of ${name}`);
});

const animation = (useNativeDriver: boolean, onComplete?: () => void) =>
  Animated.timing(new Animated.Value(0), {
    toValue: 1,
    duration: 40,
    useNativeDriver,
    ...(onComplete && { onComplete }),
  });
add('Animated: start() of a native animation', OWN, (read) => animation(true).start(read));
add('Animated: start() of an animation in JavaScript', OWN, (read) => animation(false).start(read));
add('Animated: onComplete', OWN, (read) => animation(true, read).start());
add('Animated: start() of a sequence', OWN, (read) =>
  Animated.sequence([animation(true), animation(false), animation(true)]).start(read),
);
add('Animated: a listener of a value that a native animation changes', ROOT, (read) => {
  const value = new Animated.Value(0);
  value.addListener(read);
  Animated.timing(value, { toValue: 1, duration: 40, useNativeDriver: true }).start();
});
cases.push([
  'Animated: start() of an animation to a value that another flow changes',
  'ada',
  () =>
    new Promise((resolve) => {
      const target = new Animated.Value(0);
      const options = { duration: 40, useNativeDriver: false };
      user.run('ada', () =>
        Animated.timing(new Animated.Value(0), { toValue: target, ...options }).start(() => resolve(user.getStore())),
      );
      user.run('bob', () => Animated.timing(target, { toValue: 1, ...options }).start());
    }),
]);
add('LayoutAnimation: the end', OWN, (read) => LayoutAnimation.configureNext({ duration: 100 }, read));
add('LayoutAnimation: a failure', OWN, (read) =>
  LayoutAnimation.configureNext({ duration: 100, type: 'invalid' }, () => {}, read),
);
add('Alert: a button', OWN, (read) => Alert.alert('Title', 'Message', [{ text: 'OK', onPress: read }]));
add('ActionSheetIOS: a button', OWN, (read) => ActionSheetIOS.showActionSheetWithOptions({ options: ['A'] }, read));

add('Worklets: scheduleOnRN()', OWN, (read) => scheduleOnRN(read));
add('Worklets: scheduleOnRN() of a worklet', OWN, (read) => scheduleOnRN(Object.assign(read, { __workletHash: 1 })));
add('Worklets: runOnJS() with an argument', OWN, (read) => runOnJS((fn: () => void) => fn())(read));

// The renderer of the old architecture, which React Native had until 0.81, renders an update in the call that makes it.
if ('RN$Bridgeless' in globalThis || InteractionManager === undefined) {
  cases.push([
    'React: renderings and effects of updates by two flows in one job',
    'root root root root',
    async () => {
      let values: string[] = [];
      const updates: ((state: string) => void)[] = [];
      const Reader = (): null => {
        const [, update] = useState('');
        values.push(user.getStore());
        useEffect(() => {
          values.push(user.getStore());
        });
        updates.push(update);
        return null;
      };
      const options = { useFabric: 'RN$Bridgeless' in globalThis, useConcurrentRoot: true };
      const render = (rootTag: number) => renderElement({ element: createElement(Reader, null), rootTag, ...options });
      user.run('ada', render, 1);
      user.run('bob', render, 11);
      await settle();
      values = [];
      const [first, second] = updates;
      user.run('ada', () => first?.('ada'));
      user.run('bob', () => second?.('bob'));
      await settle();
      return values.join(' ');
    },
  ]);
}

if (InteractionManager !== undefined) {
  const manager = InteractionManager;
  add('InteractionManager: runAfterInteractions()', OWN, (read) => {
    void manager.runAfterInteractions(read);
  });
  add(
    'InteractionManager: gen() of a task, before and after an await',
    OWN,
    (read) => {
      const gen = async () => {
        read();
        await null;
        read();
      };
      void manager.runAfterInteractions({ name: 'task', gen });
    },
    2,
  );
  add('InteractionManager: then() of a task', OWN, (read) => {
    void manager.runAfterInteractions(() => {}).then(read);
  });
}

async function runCases(): Promise<void> {
  const results: CaseResult[] = [];
  for (const [title, expected, run] of cases) {
    const timeout = new Promise<string>((resolve) => setTimeout(resolve, 5000, 'no callback'));
    const values = await Promise.race([run(), timeout]).catch((error: unknown) => String(error));
    results.push({ title, expected, values });
    await settle();
  }
  const { refused } = install().report;
  print(JSON.stringify({ results, refused }));
  (globalThis as { clearAllTimers?: () => void }).clearAllTimers?.();
}

void runCases();
