/**
 * What the snippets of the documentation use without declaring it, because the text around them has introduced it. The
 * snippets of all pages share these declarations, and a snippet can declare one of these names itself.
 */

/** The application of a framework, to which a snippet adds something. */
declare const app: import('express').Express;
declare const requestScope: typeof import('@throughline/request/express').requestScope;

/** The secret of `sessions()`, which a snippet does not load anew. */
declare const secret: string;
declare const sessions: typeof import('@throughline/request/sessions').sessions;

/** The connections and statements of an application's database. */
declare const pool: import('pg').Pool;
declare const database: {
  update(...values: unknown[]): Promise<{ changes: number }>;
  deleteExpired(prefix: string): Promise<void>;
};

/** The headers of a request or a job that has arrived. */
declare const headers: Record<string, string>;

/** The work of an application. */
declare function sendInvoices(): Promise<void>;
declare function translate(): Promise<void>;

/** The log of an application. */
declare const pino: typeof import('pino').pino;

/** The code that a build tool passes to the transform. */
declare const code: string;

/** The classes that an earlier snippet of the page has imported. */
declare const AsyncContext: typeof import('throughline').AsyncContext;

/** What the file for pages without a build step defines: a global object in a script, and the exports of a module. */
declare const Throughline: typeof import('throughline') & typeof import('throughline/web');
declare function importScripts(...urls: string[]): void;
declare module 'https://unpkg.com/*' {
  export * from 'throughline';
  export * from 'throughline/web';
}

/** The servers of Deno and Bun, as far as the snippets use them. */
declare namespace Deno {
  function serve(handler: (request: Request) => Response | Promise<Response>): unknown;
  function serve(options: { port: number }, handler: (request: Request) => Response | Promise<Response>): unknown;
}
declare namespace Bun {
  function serve(options: { fetch: (request: Request) => Response | Promise<Response>; port?: number }): unknown;
}

/** npm may have to compile this package, so the repository does not install it. */
declare module '@keyv/sqlite' {
  import type { EventEmitter } from 'node:events';
  import type { KeyvStoreAdapter } from 'keyv';

  interface KeyvSqlite extends KeyvStoreAdapter, EventEmitter {}
  const KeyvSqlite: new (options: { uri: string; busyTimeout?: number }) => KeyvSqlite;
  export default KeyvSqlite;
}

/** The repository does not install Vitest and Jest. The projects that run these snippets do. */
declare module 'vitest' {
  export function test(title: string, fn: () => void | Promise<void>): void;
  export function expect(value: unknown): { toEqual(expected: unknown): void };
  export const vi: {
    useFakeTimers(): void;
    useRealTimers(): void;
    advanceTimersByTimeAsync(milliseconds: number): Promise<void>;
  };
}
declare function test(title: string, fn: () => void | Promise<void>): void;
declare function expect(value: unknown): { toBe(expected: unknown): void };

/** React Native and Expo are too large for the repository. */
declare module '@react-native/metro-config' {
  export function getDefaultConfig(projectRoot: string): import('metro').ConfigT;
}
declare module 'expo/metro-config' {
  export function getDefaultConfig(projectRoot: string): import('metro').ConfigT;
}
