/**
 * The work of `GET /lookup`, the route whose cost is measured. A user's first request begins the session. Each further
 * request reads the user and the cart; in the variants that write, it also counts the visits, and leaves the cart as it
 * is.
 */

/** The values of the session. */
export interface VisitSession {
  user?: string;
  cart?: readonly { readonly id: number; readonly name: string; readonly price: number }[];
  visits?: number;
}

/** What the session of each library is reduced to. */
export interface SessionAccess {
  get<K extends keyof VisitSession>(key: K): VisitSession[K] | undefined;
  set<K extends keyof VisitSession>(key: K, value: NonNullable<VisitSession[K]>): void;
}

/** `isLost` comes last, because rate-clients.ts recognizes a response by its end. */
export interface VisitResult {
  readonly user: string;
  readonly items: number;
  /** Whether the session is that of another user. */
  readonly isLost: boolean;
}

export type Access = 'read' | 'write';

const CART = Array.from({ length: 5 }, (_, i) => ({ id: i, name: `book ${i}`, price: i * 1.5 }));

/** The same response without a session. */
export function visitWithoutSession(user: string): VisitResult {
  return { user, items: CART.length, isLost: false };
}

export function visit(current: SessionAccess, access: Access, user: string): VisitResult {
  const sessionUser = current.get('user');
  if (sessionUser === undefined) {
    current.set('user', user);
    current.set('cart', CART);
  }
  if (access === 'write') current.set('visits', (current.get('visits') ?? 0) + 1);
  return {
    user,
    items: current.get('cart')?.length ?? 0,
    isLost: sessionUser !== undefined && sessionUser !== user,
  };
}

/** The session of a library that keeps the values as properties of an object. */
export function accessTo(values: VisitSession): SessionAccess {
  return {
    get: (key) => values[key],
    set: (key, value) => {
      values[key] = value;
    },
  };
}
