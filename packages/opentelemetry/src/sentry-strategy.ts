/**
 * The strategy by which Sentry's functions find the scopes of the code that calls them.
 *
 * Sentry has two scopes for each piece of work. `withScope()` forks the current scope. `withIsolationScope()` forks the
 * isolation scope, which holds the user, the tags and the breadcrumbs. An async context strategy keeps both. That of
 * Sentry's SDKs for browsers is one stack for the whole page, with one isolation scope, so overlapping work reads the
 * scopes of whatever began last. This strategy keeps them in a storage.
 *
 * A strategy belongs to one copy of Sentry. Each version of `@sentry/core` has an entry in `globalThis.__SENTRY__`, its
 * carrier. There it looks for its strategy, and keeps the scopes of code that is outside of all forks:
 *
 *     globalThis.__SENTRY__ = { version: '11.12.0', '11.12.0': { acs, defaultCurrentScope, … }, '10.78.0': { … } }
 *
 * A strategy may have other functions, such as `getActiveSpan` and `continueTrace`, for keeping the active span
 * elsewhere than in the scopes. They are not needed here, because Sentry's own functions keep it in the scopes. The
 * exception is `suppressTracing`: that of versions 9 and 10 ends when the callback returns, which is right for a stack
 * only.
 */
import type { AsyncContextStrategy, Scope } from '@sentry/core';
import { AsyncLocalStorage } from 'throughline';

/** What a copy of `@sentry/core` shares through `globalThis`. Sentry declares it, but exports no type of it. */
export interface SentryCarrier {
  acs?: AsyncContextStrategy | undefined;
  /** What the strategy for browsers keeps. It has the default scopes at its bottom. */
  readonly stack?: { getScope(): Scope } | undefined;
  readonly defaultCurrentScope: Scope;
  readonly defaultIsolationScope: Scope;
}

interface Scopes {
  readonly scope: Scope;
  readonly isolationScope: Scope;
}

/** Where a scope says that no spans are recorded in it, in versions 9 to 11. */
const SUPPRESS_TRACING_KEY = '__SENTRY_SUPPRESS_TRACING__';

/** Marks the strategies of all copies of this package. */
const IS_THROUGHLINE: unique symbol = Symbol.for('throughline.sentry');

/** Whether a strategy was made by this package, or by another copy of it. */
export function isThroughlineStrategy(strategy: AsyncContextStrategy): boolean {
  return IS_THROUGHLINE in strategy;
}

/** Creates the strategy for the copy of Sentry that has this carrier. */
export function createSentryStrategy(carrier: SentryCarrier): AsyncContextStrategy {
  const storage = new AsyncLocalStorage<Scopes>({ name: 'Sentry' });
  // Read each time, because Sentry may replace its default scopes.
  const getScopes = (): Scopes =>
    storage.getStore() ?? { scope: carrier.defaultCurrentScope, isolationScope: carrier.defaultIsolationScope };
  const strategy: AsyncContextStrategy = {
    withScope(callback) {
      const { scope, isolationScope } = getScopes();
      const forked = scope.clone();
      return storage.run({ scope: forked, isolationScope }, callback, forked);
    },
    withSetScope(scope, callback) {
      return storage.run({ scope, isolationScope: getScopes().isolationScope }, callback, scope);
    },
    withIsolationScope(callback) {
      const { scope, isolationScope } = getScopes();
      const forked = isolationScope.clone();
      return storage.run({ scope: scope.clone(), isolationScope: forked }, callback, forked);
    },
    withSetIsolationScope(isolationScope, callback) {
      return storage.run({ scope: getScopes().scope.clone(), isolationScope }, callback, isolationScope);
    },
    getCurrentScope: () => getScopes().scope,
    getIsolationScope: () => getScopes().isolationScope,
    suppressTracing: (callback) =>
      strategy.withScope((scope) => {
        scope.setSDKProcessingMetadata({ [SUPPRESS_TRACING_KEY]: true });
        return callback();
      }),
  };
  return Object.assign(strategy, { [IS_THROUGHLINE]: true });
}
