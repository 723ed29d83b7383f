/** The light route where Throughline is: its context, and what a request does with its session. */
import { getRequestScope, type RequestScopeOptions, session } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { type Context, type LightAnswer, lightIn } from './lookup-route.js';
import type { Variant } from './variants.js';

declare module '@throughline/request' {
  interface RequestScope {
    user?: string;
  }
}

const SCOPE: Context = {
  id: () => getRequestScope().id,
  user: () => getRequestScope().user,
};

interface LightSession {
  user: string;
  requests: number;
}

const SECRET = 'a secret that nobody has to keep';

/** What the adapter is given. */
export function scopeOptions(variant: Variant): RequestScopeOptions {
  const hasSessions = variant === 'session-read' || variant === 'session-write' || variant === 'soak';
  return hasSessions ? { session: sessions({ secret: SECRET, store: new Map() }) } : {};
}

export async function lightInScope(variant: Variant, user: string): Promise<LightAnswer> {
  getRequestScope().user = user;
  if (variant === 'throughline') return lightIn(SCOPE, user);
  const answer = await lightIn(SCOPE, user);
  return useSession(variant, user) ? answer : { ...answer, isLost: true };
}

/** @returns whether the session is the user's own */
function useSession(variant: Variant, user: string): boolean {
  const own = session<LightSession>();
  const owner = own.get('user');
  if (owner === undefined) own.set('user', user);
  if (variant === 'session-write') own.set('requests', (own.get('requests') ?? 0) + 1);
  return owner === undefined || owner === user;
}
