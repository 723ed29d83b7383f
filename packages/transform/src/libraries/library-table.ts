/**
 * Libraries that leave their storage out of the build for browsers, and what gives it back. `docs/transform.md` has the
 * same table.
 */
import type { VersionRange } from './version-range.js';

/** What is done to a file of the build for browsers. */
export type Cure =
  /** The class that stands in for `AsyncLocalStorage` extends ours. */
  | { readonly kind: 'class'; readonly name: string }
  /** The file calls the function with which the library sets its storage. */
  | { readonly kind: 'call'; readonly module: string; readonly object: string; readonly method: string }
  /** The file exports what another module exports: the file for Node, or `node:async_hooks`. */
  | { readonly kind: 'module'; readonly module: string };

export interface Library {
  /** The name of the package that leaves its storage out. */
  readonly name: string;
  readonly versions: VersionRange;
  /** The paths in the package of the files that lack the storage: one for each kind of module. */
  readonly files: readonly string[];
  readonly cure: Cure;
  /** What fails in a page without the cure. */
  readonly concerns: string;
}

export const LIBRARIES: readonly Library[] = [
  {
    name: '@better-auth/core',
    versions: { since: '1.5.0', before: '2.0.0' },
    files: ['dist/async_hooks/pure.index.mjs'],
    cure: { kind: 'class', name: 'AsyncLocalStoragePolyfill' },
    concerns: 'the state of a request and the current transaction, if `betterAuth()` runs in the page',
  },
  {
    name: '@langchain/langgraph',
    versions: { since: '0.2.0', before: '2.0.0' },
    files: ['dist/web.js', 'dist/web.cjs'],
    cure: {
      kind: 'call',
      module: '@langchain/core/singletons',
      object: 'AsyncLocalStorageProviderSingleton',
      method: 'initializeGlobalInstance',
    },
    concerns:
      '`interrupt()`, `getConfig()`, `getWriter()`, `task()`, and runnables that are called without a configuration',
  },
  {
    name: '@llamaindex/env',
    versions: { since: '0.1.15', before: '0.2.0' },
    files: ['dist/index.browser.js'],
    cure: { kind: 'class', name: 'AsyncLocalStorage' },
    concerns: '`Settings.withLLM()` and the other settings of a flow, and callback managers',
  },
  {
    name: '@llamaindex/workflow-core',
    versions: { since: '1.0.0', before: '2.0.0' },
    files: ['async-context/index.browser.js'],
    cure: { kind: 'module', module: './index.js' },
    concerns: '`getContext()`. The build for browsers also replaces the promises of the page',
  },
  {
    name: '@openai/agents-core',
    versions: { since: '0.0.1', before: '1.0.0' },
    files: ['dist/shims/shims-browser.mjs', 'dist/shims/shims-browser.js'],
    cure: { kind: 'class', name: 'AsyncLocalStorage' },
    concerns: '`getCurrentTrace()`, `getCurrentSpan()`, and thus all traces of `@openai/agents`',
  },
  {
    name: 'braintrust',
    versions: { since: '2.0.0', before: '4.0.0' },
    files: ['dist/browser.mjs', 'dist/browser.js'],
    cure: { kind: 'class', name: 'DefaultAsyncLocalStorage' },
    concerns: '`traced()` and `currentSpan()`',
  },
  {
    name: 'p-limit',
    versions: { since: '5.0.0', before: '6.0.0' },
    files: ['async-hooks-stub.js'],
    cure: { kind: 'module', module: 'node:async_hooks' },
    concerns: 'the function that waits for its turn, which reads the values of another flow',
  },
];

/** Packages that need no storage in a page, although only their files for servers import `async_hooks`. */
export const COMPLETE_PACKAGES: Readonly<Record<string, string>> = {
  '@clerk/astro': 'Its storage holds the current request of a server.',
  '@sveltejs/kit': 'Its storage holds the current request of a server.',
  bluebird: 'The transform adds code to its file for browsers: see promise-libraries.ts.',
  telefunc: 'Its functions for servers throw in a page.',
};

/** Finds a library by the name of its package. */
export function findLibrary(name: string): Library | undefined {
  return LIBRARIES.find((library) => library.name === name);
}
