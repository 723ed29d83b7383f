/** What the cases can be run on, by name. A host loads only the one that it is asked for. */
import type { Implementation } from './case.js';

/** On a server: Throughline, or the runtime's own classes. */
export const serverImplementations = ['throughline', 'native'] as const;

export type ServerImplementation = (typeof serverImplementations)[number];

/**
 * On the portable engine: Throughline, by what makes the code after an `await` run in its frame. Either the program is
 * built with the transform, or native `await` is intercepted, or both.
 */
export const modes = ['transform', 'interception', 'both'] as const;

export type Mode = (typeof modes)[number];

/** In browsers: what others have made. */
export const peers = ['zone.js', 'als-browser', 'simple-async-context'] as const;

export type Peer = (typeof peers)[number];

export type ImplementationName = ServerImplementation | Mode | Peer;

export function isPeer(name: ImplementationName): name is Peer {
  return (peers as readonly string[]).includes(name);
}

/** Whether it is Throughline. */
export function isOurs(name: ImplementationName): boolean {
  return name === 'throughline' || (modes as readonly string[]).includes(name);
}

export async function loadImplementation(name: string): Promise<Implementation> {
  switch (name) {
    case 'throughline':
      return import('throughline');
    case 'native':
      // Node's types lack nothing that a case uses, but they are other types.
      return (await import('node:async_hooks')) as unknown as Implementation;
    default:
      throw new Error(`No implementation is called "${name}". There are: ${serverImplementations.join(', ')}`);
  }
}
