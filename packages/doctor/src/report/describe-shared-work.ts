/** Describes findings of kind 2: work that one flow does for others. */
import type { SharedWork } from '../runtime/shared-work.js';
import { isUserFrame } from '../runtime/stack.js';
import type { Finding } from './finding.js';
import { innermostPlace, withNotes } from './finding-places.js';
import { placeOfFrame } from './place.js';

export function describeSharedWork({ storage, stack, count }: SharedWork): Finding {
  const { name } = storage;
  const read = innermostPlace(stack);
  const caller = placeOfFrame(stack.filter(isUserFrame)[1]);
  return {
    kind: 'shared work',
    severity: 'another',
    storage: name,
    message: `\`${name}\` was read in work that one flow does for others, which wait for it`,
    count,
    places: withNotes([
      [read, 'where it was read, with the value of the flow that started the work'],
      [caller, 'called from here'],
    ]),
    remedy: {
      text: `read ${name} where each flow asks for the work, and hand the value on with what it asks for`,
      code: null,
    },
  };
}
