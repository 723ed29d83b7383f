/** The integration for Sentry. It sets the strategy for the copy of Sentry that it is added to. */
import { createSentryStrategy, isThroughlineStrategy, type SentryCarrier } from './sentry-strategy.js';

/** An integration of Sentry. The types of Sentry's versions 9 to 11 accept it. */
export interface ThroughlineIntegration {
  readonly name: 'Throughline';
  /** Called by Sentry. @throws {Error} `ERR_INVALID_STATE` in version 7 and older */
  setupOnce(...args: unknown[]): void;
  /** Called by Sentry. @throws {Error} `ERR_INVALID_STATE` as {@link throughlineIntegration} describes */
  setup(client: object): void;
}

/**
 * Creates an integration that gives each flow its own scopes: what `withScope()` and `withIsolationScope()` of Sentry
 * fork stays current after an `await`, and in everything else that their callback starts. Users, tags, breadcrumbs and
 * active spans of work that overlaps are then not mixed up.
 *
 * It is for Sentry's SDKs for browsers, version 9 to 11. Those for servers follow flows on their own.
 * @returns the integration, for `integrations` of `Sentry.init()`, or for `Sentry.addIntegration()` afterwards
 * @throws {Error} `ERR_INVALID_STATE` when Sentry sets it up, if this copy of Sentry already has a strategy of another
 * origin, if its version is not supported, or if its current client is not the one that the integration is added to
 * @example
 * import * as Sentry from '@sentry/browser';
 * import { throughlineIntegration } from '@throughline/opentelemetry/sentry';
 *
 * Sentry.init({ dsn: 'https://key@example.com/1', integrations: [throughlineIntegration()] });
 *
 * const work = (user) =>
 *   Sentry.withIsolationScope(async (scope) => {
 *     scope.setTag('user', user);
 *     await null; // the other user works in the meantime
 *     return Sentry.getIsolationScope().getScopeData().tags.user;
 *   });
 * console.log(await Promise.all([work('ada'), work('bob')])); // [ 'ada', 'bob' ]
 * @see https://docs.sentry.io/platforms/javascript/configuration/integrations/
 */
export function throughlineIntegration(): ThroughlineIntegration {
  return {
    name: 'Throughline',
    setupOnce(...args) {
      // Version 7 and older pass functions of the hub.
      if (args.length > 0) {
        throw invalidState(
          'throughlineIntegration() needs version 9 or newer of Sentry. Update the SDK of this client.',
        );
      }
    },
    setup(client) {
      const carrier = findCarrier(client);
      if (carrier.acs === undefined) {
        carrier.acs = createSentryStrategy(carrier);
      } else if (!isThroughlineStrategy(carrier.acs)) {
        throw invalidState(
          'This copy of Sentry already has an async context strategy: SDKs for servers set one, and so does the ' +
            'integration for OpenTelemetry. It follows flows on its own. Remove throughlineIntegration() from the ' +
            'integrations of this client.',
        );
      }
    },
  };
}

/** Finds the copy of Sentry that a client belongs to. */
function findCarrier(client: object): SentryCarrier {
  const { __SENTRY__: entries = {} } = globalThis as { __SENTRY__?: Record<string, unknown> };
  for (const entry of Object.values(entries)) {
    if (isCarrier(entry) && currentScopeOf(entry).getClient() === client) return entry;
  }
  const versions = Object.keys(entries).filter((key) => /^\d/.test(key));
  throw invalidState(
    'throughlineIntegration() must be added to the current client of Sentry 9 or newer: by Sentry.init({ integrations }), ' +
      'or by Sentry.addIntegration() afterwards. The current client of no copy of Sentry is the one that it was added ' +
      `to; globalThis.__SENTRY__ has ${versions.length === 0 ? 'no version' : `the versions ${versions.join(', ')}`}.`,
  );
}

/** Whether an entry is a carrier that has its scopes, which `Sentry.init()` creates. */
function isCarrier(entry: unknown): entry is SentryCarrier {
  const { defaultCurrentScope, defaultIsolationScope } = Object(entry) as Partial<SentryCarrier>;
  return defaultCurrentScope !== undefined && defaultIsolationScope !== undefined;
}

function currentScopeOf({ acs, stack, defaultCurrentScope }: SentryCarrier) {
  return acs?.getCurrentScope() ?? stack?.getScope() ?? defaultCurrentScope;
}

function invalidState(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_INVALID_STATE' });
}
