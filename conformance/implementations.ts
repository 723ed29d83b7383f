/**
 * The names of everything that the cases can be run on. A host loads only the implementation that it is started with.
 */
import type { Implementation } from './case.js';

/** On a server: Throughline, or the runtime's own classes. */
export const serverImplementations = ['throughline', 'native'] as const;

/** On a server whose process has loaded `throughline/register`: the class that `node:async_hooks` then exports. */
export const registered = 'registered';

export type ServerImplementation = (typeof serverImplementations)[number] | typeof registered;

/**
 * On the portable engine: Throughline, in each way of making the code after an `await` run in its frame. Either the
 * program is built with the transform, or native `await` is intercepted, or both.
 */
export const portableModes = ['transform', 'interception', 'both'] as const;

export type PortableMode = (typeof portableModes)[number];

/** In engines without a runtime around them: with the transform, and without a build step. */
export const engineModes = ['transform', 'interception'] as const satisfies readonly PortableMode[];

/** In browsers: the implementations of others. */
export const peers = ['zone.js', 'als-browser', 'simple-async-context'] as const;

export type Peer = (typeof peers)[number];

export type ImplementationName = ServerImplementation | PortableMode | Peer;

export function isPeer(name: ImplementationName): name is Peer {
  return (peers as readonly string[]).includes(name);
}

export function isThroughline(name: ImplementationName): boolean {
  return name === 'throughline' || name === registered || (portableModes as readonly string[]).includes(name);
}

/**
 * Loads an implementation for servers.
 *
 * @throws {Error} if there is no server implementation of this name
 */
export async function loadImplementation(name: string): Promise<Implementation> {
  switch (name) {
    case 'throughline':
      return import('throughline');
    case 'native':
      // Node's types describe the same members as ours, but TypeScript cannot prove it.
      return (await import('node:async_hooks')) as unknown as Implementation;
    case registered: {
      const throughline = await import('throughline');
      const { AsyncLocalStorage } = (await import('node:async_hooks')) as unknown as Implementation;
      if (AsyncLocalStorage !== throughline.AsyncLocalStorage) throw new Error('throughline/register was not loaded.');
      return { ...throughline, AsyncLocalStorage };
    }
    default:
      throw new Error(
        `There is no implementation named "${name}". The implementations are: ${[...serverImplementations, registered].join(', ')}.`,
      );
  }
}
