/** The log for the errors of a listener, on servers that have no error handler of their own. */
import { hasMethod, type OptionChecks } from './options.js';
import { type Scope, scopeStorage } from './request-scope.js';
import { textOf } from './text-of.js';
import { withoutControls } from './without-controls.js';

/** The option of the adapters for servers that have no error handler of their own. */
export interface ListenerLogOption {
  /** Where an error is written that the listener throws or rejects with. Default: the console. */
  log?: Pick<Console, 'error'>;
}

/** The check of the option `log`. */
export const logCheck: OptionChecks[string] = (value) =>
  hasMethod(value, 'error') ? undefined : 'an object with a method error, such as console';

/**
 * Logs an error of a listener with the request that failed. Nothing is logged if the listener only reports that its
 * client has disconnected, which it does if it passes the signal of the scope to `fetch()` or to a database.
 */
export function logListenerError({ log = console }: ListenerLogOption, scope: Scope | undefined, error: unknown): void {
  if (scope === undefined) return void log.error(`A listener failed: ${stackOf(error)}`);
  if (error instanceof Error && error.name === 'AbortError' && error === scope.signal.reason) return;
  const { method, path, id } = scope;
  // The frame in which a promise of another realm rejects is not that of the request, and the log may read the scope.
  scopeStorage.run(scope, () =>
    log.error(`The listener failed for ${method} ${withoutControls(path)} (request ${id}): ${stackOf(error)}`),
  );
}

/** One text with the stack and the causes: of a second argument, some loggers print nothing. */
function stackOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return textOf(() => error);
  const hasCause = 'cause' in error && error.cause !== undefined && depth < MAX_CAUSES;
  return `${textOf(() => error.stack)}${hasCause ? `\nCaused by: ${stackOf(error.cause, depth + 1)}` : ''}`;
}

/** A chain of causes can be a circle. */
const MAX_CAUSES = 8;
