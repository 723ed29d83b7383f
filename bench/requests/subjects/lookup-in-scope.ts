/**
 * The work of `GET /lookup` in the variants with a request scope: the scope is the context, and the session is used.
 */
import { getRequestScope, type RequestScopeOptions, session } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { type LookupResult, lookUpInContext, type RequestContext } from './lookup-route.js';
import type { Variant } from './variants.js';

declare module '@throughline/request' {
  interface RequestScope {
    user?: string;
  }
}

const SCOPE_CONTEXT: RequestContext = {
  id: () => getRequestScope().id,
  user: () => getRequestScope().user,
};

interface LookupSession {
  user: string;
  requests: number;
}

const SECRET = 'not a secret: for the benchmarks only';

/** The options of the framework's adapter. */
export function scopeOptionsFor(variant: Variant): RequestScopeOptions {
  if (variant === 'throughline-as-peer') return { sendRequestId: false, bindEmitters: false };
  const hasSessions = variant === 'session-read' || variant === 'session-write' || variant === 'soak';
  return hasSessions ? { session: sessions({ secret: SECRET, store: new Map() }) } : {};
}

export async function lookUpInScope(variant: Variant, user: string): Promise<LookupResult> {
  getRequestScope().user = user;
  if (variant === 'throughline' || variant === 'throughline-as-peer') return lookUpInContext(SCOPE_CONTEXT, user);
  const result = await lookUpInContext(SCOPE_CONTEXT, user);
  return updateAndCheckSession(variant, user) ? result : { ...result, isLost: true };
}

/** @returns whether the session belongs to the user */
function updateAndCheckSession(variant: Variant, user: string): boolean {
  const current = session<LookupSession>();
  const sessionUser = current.get('user');
  if (sessionUser === undefined) current.set('user', user);
  if (variant === 'session-write') current.set('requests', (current.get('requests') ?? 0) + 1);
  return sessionUser === undefined || sessionUser === user;
}
