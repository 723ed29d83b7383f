/** The parts of the web platform that the doctor uses: the compiler settings of this package have no types of pages. */

export interface ScriptElement {
  readonly src: string;
  readonly type: string;
  readonly textContent: string | null;
}

export interface ResourceEntry {
  readonly name: string;
  readonly initiatorType: string;
}

export interface PageGlobals {
  /** Undefined in a worker. */
  readonly document?: { readonly scripts: Iterable<ScriptElement> };
  readonly location: { readonly href: string; readonly origin: string };
  /** The event that is being dispatched. Undefined in a worker. */
  readonly event?: { readonly type: string; readonly currentTarget: EventTarget | null };
  readonly WorkerGlobalScope?: unknown;
  readonly performance: { getEntriesByType(type: 'resource'): readonly ResourceEntry[] };
  readonly PerformanceObserver: new (
    callback: (list: { getEntries(): readonly ResourceEntry[] }) => void,
  ) => { observe(options: { type: 'resource'; buffered: true }): void };
}

export const page = globalThis as unknown as PageGlobals;

/** Whether this is a page or one of its workers, and not a server that renders it. */
export const IS_IN_PAGE: boolean = page.document !== undefined || page.WorkerGlobalScope !== undefined;
