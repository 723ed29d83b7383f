/**
 * The vocabulary of the conformance suite:
 *
 * - A *case* is one guarantee that every implementation is tested for: a small function over the public API that throws
 *   if the guarantee does not hold. It depends on no test runner, and declares what its runtime may lack.
 * - A *chapter* is a list of cases about one rule or one part of the API.
 * - An *implementation* is what a case is run on: Throughline, the runtime's own classes, or a peer
 *   (`implementations.ts`).
 * - A *host* runs the cases in one environment: a process, a worker, a page (`hosts/`).
 * - A *column* is a runtime or a browser with the implementations that are tested in it (`matrix/columns.ts`).
 * - A *difference* is a case that an implementation is known to fail in some columns, with the reason
 *   (`differences.ts`).
 */
import type { AsyncContext, AsyncLocalStorage, AsyncResource } from 'throughline';

/** The classes that a case tests: Throughline's, or the same classes of another implementation. */
export interface Implementation {
  readonly AsyncLocalStorage: typeof AsyncLocalStorage;
  readonly AsyncResource: typeof AsyncResource;
  /** Absent if the implementation has Node's API only. */
  readonly AsyncContext?: typeof AsyncContext;
}

/** A module of the runtime, a global variable, or `AsyncContext`, which the implementation provides. */
export type Need =
  | `node:${string}`
  | 'AsyncContext'
  | 'ReadableStream'
  | 'CompressionStream'
  | 'MessageChannel'
  | 'BroadcastChannel'
  | 'FinalizationRegistry'
  | 'AbortController'
  | 'AbortSignal'
  | 'EventTarget'
  | 'crypto'
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
  /** The guarantee, as a sentence. */
  readonly name: string;
  /** If one of these is missing, the case is skipped and its outcome is `absent`. */
  readonly needs?: readonly Need[];
  /** Throws or rejects if the guarantee does not hold. */
  run(implementation: Required<Implementation>): void | Promise<void>;
}

/** The cases about one rule or one part of the API. */
export interface Chapter {
  readonly title: string;
  readonly cases: readonly Case[];
}
