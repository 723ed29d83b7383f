/**
 * A case is one promise that every implementation is held to: a small function over the public API that throws where
 * the promise is not kept. It knows no test runner, and asks for what its runtime may not have.
 */
import type { AsyncContext, AsyncLocalStorage, AsyncResource } from 'throughline';

/** What a case tries: Throughline, or the same classes by somebody else. */
export interface Implementation {
  readonly AsyncLocalStorage: typeof AsyncLocalStorage;
  readonly AsyncResource: typeof AsyncResource;
  /** Absent where the implementation has Node's API only. */
  readonly AsyncContext?: typeof AsyncContext;
}

/** A module of the runtime, or a global by its name; `AsyncContext` is the implementation's. */
export type Need =
  | `node:${string}`
  | 'AsyncContext'
  | 'ReadableStream'
  | 'CompressionStream'
  | 'MessageChannel'
  | 'BroadcastChannel'
  | 'FinalizationRegistry'
  | 'gc'
  | 'Animation'
  | 'Audio'
  | 'customElements'
  | 'DataTransfer'
  | 'document'
  | 'EventSource'
  | 'fetch'
  | 'FileReader'
  | 'FileSystemFileEntry'
  | 'Geolocation'
  | 'indexedDB'
  | 'IntersectionObserver'
  | 'LockManager'
  | 'MutationObserver'
  | 'Notification'
  | 'OfflineAudioContext'
  | 'PerformanceObserver'
  | 'PromiseRejectionEvent'
  | 'reportError'
  | 'ReportingObserver'
  | 'requestAnimationFrame'
  | 'requestIdleCallback'
  | 'ResizeObserver'
  | 'scheduler'
  | 'TaskController'
  | 'ToggleEvent'
  | 'ViewTransition'
  | 'WebSocket'
  | 'Worker'
  | 'XMLHttpRequest';

export interface Case {
  /** The promise, as a sentence. */
  readonly name: string;
  /** Where one of these is missing, the case says nothing of the implementation. */
  readonly needs?: readonly Need[];
  run(implementation: Required<Implementation>): void | Promise<void>;
}

/** The cases of one rule or of one part of the API. */
export interface Chapter {
  readonly title: string;
  readonly cases: readonly Case[];
}
