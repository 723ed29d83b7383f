/** Describes findings of kind 5: two storages where one was meant. */
import { siteOf } from '../runtime/file-tables.js';
import { originOfSite, type TwinRead } from '../runtime/twin-storages.js';
import type { Finding } from './finding.js';
import { innermostPlace, withNotes } from './finding-places.js';
import { placeOfSite } from './place.js';
import { remedyForTwins } from './remedies.js';

export function describeTwinStorages({ read, holder, count, stack }: TwinRead): Finding {
  const known = siteOf(read);
  const name = known?.site.name ?? 'storage';
  const place = placeOfSite(read);
  const holderPlace = placeOfSite(holder);
  // A module may create several storages.
  const origin = originOfSite(read) ?? name;
  return {
    kind: 'two storages',
    severity: 'missing',
    storage: name,
    message: `there are two storages \`${name}\`: the one that was read never had a value`,
    count,
    places: withNotes([
      [place, 'this copy of the module created the storage that was read'],
      [holderPlace, 'and this copy the one that holds the value'],
      [innermostPlace(stack), 'where it was read'],
    ]),
    remedy: remedyForTwins(
      place,
      holderPlace,
      origin,
      'load one copy of the module: the same version, and by import or by require only; or share the storage',
    ),
  };
}
