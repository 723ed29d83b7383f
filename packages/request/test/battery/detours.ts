/**
 * Detours: a step of an application that returns control from elsewhere, as a middleware does that waits for a pool, a
 * queue or an emitter which many requests share.
 *
 *     request of the group ──▶ detour ──▶ waits ┄┄ until the whole group waits ┄┄▶ all are continued in one loop, in the
 *                                                  frame of the last request, or in the root
 *
 * Each request of the battery's case names in its header `x-detour` the phase at which it takes the detour, and how. An
 * application has a detour at each of its phases, and checkpoints after them. `DetourRoute` describes one route of it;
 * the routes are the response to `GET /detours`.
 */
import { EventEmitter } from 'node:events';
import { AsyncLocalStorage } from 'throughline';

/** The header that names the detour, as `encodeDetour()` writes it. */
export const DETOUR_HEADER = 'x-detour';

/** The frame in which the requests of a group are continued. */
export const ORIGINS = ['another request', 'the root'] as const;

/** How a step is continued. */
export const STYLES = ['a callback', 'a late promise', 'an emitter'] as const;

export interface Detour {
  /** The phase of the application at which the request takes the detour. */
  readonly phase: string;
  readonly origin: (typeof ORIGINS)[number];
  readonly style: (typeof STYLES)[number];
  /** The group of requests that are continued together. */
  readonly group: string;
  /** The number of requests in the group. */
  readonly size: number;
  /** The number of the request in the group. */
  readonly index: number;
}

/** A route on which a request can take a detour. */
export interface DetourRoute {
  readonly method: string;
  readonly path: string;
  /** The body, and its type. Default: none. */
  readonly body?: { readonly type: string; readonly text: string };
  /** The phases at which a request can take a detour. */
  readonly phases: readonly string[];
  /** The checkpoints that every request records, whatever detour it took. */
  readonly checkpoints: readonly string[];
}

/** The headers of a request, as any framework returns one of them. */
export type DetourHeader = string | readonly string[] | null | undefined;

export function encodeDetour(detour: Detour): string {
  return JSON.stringify(detour);
}

/** The response to `GET /detours`. */
export function detourRoutesJson(routes: readonly DetourRoute[]): string {
  return JSON.stringify(routes);
}

interface Group {
  /** How many requests have arrived. */
  size: number;
  readonly callbacks: (() => void)[];
  readonly emitter: EventEmitter;
}

const groups = new Map<string, Group>();
const taken = new Set<string>();

const runInRoot = AsyncLocalStorage.snapshot();

/**
 * Continues with `proceed`: immediately, or from elsewhere if the request takes a detour at this phase.
 * @param phase the phase of the application that calls this
 * @param header the header `x-detour` of the request
 */
export function proceedByDetour(phase: string, header: DetourHeader, proceed: () => void): void {
  const detour = detourAt(phase, header);
  if (detour === undefined) proceed();
  else if (detour.style === 'a late promise') void waitForGroup(detour).then(proceed);
  else join(detour, proceed);
}

/** Waits for the detour that the request takes at this phase, if any, in a promise that is resolved elsewhere. */
export async function takeDetour(phase: string, header: DetourHeader): Promise<void> {
  const detour = detourAt(phase, header);
  if (detour !== undefined) await waitForGroup(detour);
}

/** Calls a function from elsewhere if the request takes a detour at this phase, and returns what it returns. */
export function callByDetour<R>(phase: string, header: DetourHeader, call: () => R | PromiseLike<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    proceedByDetour(phase, header, () => {
      try {
        Promise.resolve(call()).then(resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  });
}

function detourAt(phase: string, header: DetourHeader): Detour | undefined {
  // Koa returns an empty string for a header that is missing.
  if (typeof header !== 'string' || header === '') return undefined;
  const detour: Detour = JSON.parse(header);
  // A framework may call the same hook twice for one request, which takes its detour at the first call.
  const name = `${detour.group} ${detour.index}`;
  if (detour.phase !== phase || taken.has(name)) return undefined;
  taken.add(name);
  return detour;
}

function waitForGroup(detour: Detour): Promise<void> {
  return new Promise((resolve) => join(detour, resolve));
}

function join({ group: name, size, style, origin }: Detour, proceed: () => void): void {
  const group = groups.get(name) ?? { size: 0, callbacks: [], emitter: new EventEmitter().setMaxListeners(0) };
  groups.set(name, group);
  group.size++;
  if (style === 'an emitter') group.emitter.once('ready', proceed);
  else group.callbacks.push(proceed);
  if (group.size < size) return;
  groups.delete(name);
  const release = () => {
    group.emitter.emit('ready');
    for (const callback of group.callbacks) callback();
  };
  // A timer of the last request, so that the steps before it have returned.
  if (origin === 'the root') runInRoot(setTimeout, release, 0);
  else setTimeout(release, 0);
}
