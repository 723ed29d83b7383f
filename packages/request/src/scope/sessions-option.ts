/** The check of the option `session` of an adapter. */
import { RequestError } from '../errors.js';
import { describeKind } from '../option-names.js';

/** @throws {RequestError} `ERR_INVALID_OPTION` if the value is not what `sessions()` returns */
export function checkSessionsOption(session: unknown): void {
  if (session === undefined) return;
  if (typeof session === 'object' && session !== null && 'open' in session && typeof session.open === 'function')
    return;
  throw new RequestError(
    'ERR_INVALID_OPTION',
    `session must be what sessions() of @throughline/request/sessions returns, not ${describeKind(session)}: write ` +
      'session: sessions({ secret }).',
  );
}
