/**
 * The names of everything that the cases can be run on. A host loads only the implementation that it is started with.
 */
import type { Implementation } from './case.js';

/** On a server: Throughline, or the runtime's own classes. */
export const serverImplementations = ['throughline', 'native'] as const;

export type ServerImplementation = (typeof serverImplementations)[number];

/**
 * On the portable engine: Throughline, in each way of making the code after an `await` run in its frame. Either the
 * program is built with the transform, or native `await` is intercepted, or both.
 */
export const portableModes = ['transform', 'interception', 'both'] as const;

export type PortableMode = (typeof portableModes)[number];

/** In browsers: the implementations of others. */
export const peers = ['zone.js', 'als-browser', 'simple-async-context'] as const;

export type Peer = (typeof peers)[number];

export type ImplementationName = ServerImplementation | PortableMode | Peer;

export function isPeer(name: ImplementationName): name is Peer {
  return (peers as readonly string[]).includes(name);
}

export function isThroughline(name: ImplementationName): boolean {
  return name === 'throughline' || (portableModes as readonly string[]).includes(name);
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
    default:
      throw new Error(
        `There is no implementation named "${name}". The implementations are: ${serverImplementations.join(', ')}.`,
      );
  }
}
