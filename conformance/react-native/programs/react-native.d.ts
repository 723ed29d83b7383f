/** What the programs use of React Native, whose own types are not installed. */
declare module 'react-native' {
  type Listener = (...args: never[]) => unknown;

  interface Subscription {
    remove(): void;
  }

  interface Emitter {
    addListener(type: string, listener: Listener): Subscription;
    emit(type: string, ...args: unknown[]): void;
  }

  interface Bluetooth {
    connect(name: string, failure: () => void, success: () => void): void;
    disconnect(name: string, failure: () => void): void;
    read(): Promise<string>;
    deviceFound(listener: () => void): Subscription;
    onDevice(listener: () => void): Subscription;
    keep(value: unknown): void;
    addListener(type: string): void;
    removeListeners(count: number): void;
  }

  interface Animation {
    start(callback?: (result: { finished: boolean }) => void): void;
  }

  interface AnimatedValue {
    addListener(listener: () => void): string;
  }

  interface AnimationOptions {
    toValue: number | AnimatedValue;
    duration: number;
    useNativeDriver: boolean;
    onComplete?: () => void;
  }

  export const ActionSheetIOS: {
    showActionSheetWithOptions(options: { options: string[] }, callback: () => void): void;
  };
  export const Alert: {
    alert(title: string, message: string, buttons: readonly { text: string; onPress(): void }[]): void;
  };
  export const Animated: {
    Value: new (value: number) => AnimatedValue;
    sequence(animations: readonly Animation[]): Animation;
    timing(value: AnimatedValue, options: AnimationOptions): Animation;
  };
  export const Appearance: { addChangeListener(listener: () => void): Subscription };
  export const AppRegistry: {
    registerRunnable(key: string, run: () => void): void;
    runApplication(key: string, parameters: { rootTag: number }): void;
    registerHeadlessTask(key: string, provider: () => (data: unknown) => Promise<void>): void;
    startHeadlessTask(id: number, key: string, data: unknown): void;
  };
  export const AppState: { addEventListener(type: string, listener: () => void): Subscription };
  export const DeviceEventEmitter: Emitter;
  export const Dimensions: { addEventListener(type: string, listener: () => void): Subscription };
  /** Undefined in React Native 0.88 and later. */
  export const InteractionManager:
    | {
        addListener(type: string, listener: () => void): Subscription;
        Events: { interactionComplete: string; interactionStart: string };
        runAfterInteractions(task: (() => void) | { name: string; gen(): Promise<void> }): Promise<void>;
      }
    | undefined;
  export const Keyboard: { addListener(type: string, listener: () => void): Subscription };
  export const LayoutAnimation: {
    configureNext(options: { duration: number; type?: string }, end?: () => void, failure?: () => void): void;
    Presets: { spring: { duration: number } };
  };
  export const Linking: {
    addEventListener(type: string, listener: () => void): Subscription;
    openURL(url: string): Promise<void>;
  };
  export const NativeEventEmitter: new (module?: object) => Emitter;
  export const NativeModules: { Bluetooth: Bluetooth };
  export const Networking: { clearCookies(callback: () => void): void };
  export const TurboModuleRegistry: { get(name: string): Bluetooth | null; getEnforcing(name: string): Bluetooth };
}

declare module 'react-native/Libraries/ReactNative/RendererProxy' {
  export function renderElement(options: {
    element: object;
    rootTag: number;
    /** For versions that still have the renderer of the old architecture. */
    useFabric: boolean;
    useConcurrentRoot: boolean;
  }): void;
}

declare module 'react' {
  type Component = (props: never) => null;

  export function createElement(component: Component, props: object | null, ...children: object[]): object;
  export function useEffect(effect: () => void): void;
  export function useState<S>(state: S): [S, (state: S) => void];
}

/** What Reanimated calls functions of the other runtime with. */
declare module 'react-native-worklets' {
  export function runOnJS<A extends unknown[]>(fn: (...args: A) => void): (...args: A) => void;
  export function scheduleOnRN<A extends unknown[]>(fn: (...args: A) => void, ...args: A): void;
}
