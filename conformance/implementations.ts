/** What the cases can be run on, by name. A host loads only the one that it is asked for. */
import type { Implementation } from './case.js';

/** Throughline, or the runtime's own classes. */
export type ImplementationName = 'throughline' | 'native';

export const implementationNames: readonly ImplementationName[] = ['throughline', 'native'];

export async function loadImplementation(name: string): Promise<Implementation> {
  switch (name) {
    case 'throughline':
      return import('throughline');
    case 'native':
      // Node's types lack nothing that a case uses, but they are other types.
      return (await import('node:async_hooks')) as unknown as Implementation;
    default:
      throw new Error(`No implementation is called "${name}". There are: ${implementationNames.join(', ')}`);
  }
}
