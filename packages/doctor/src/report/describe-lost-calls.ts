/** Describes findings of kind 1: a callback that left its flow. */
import { siteOf } from '../runtime/file-tables.js';
import type { LostCallsOfSite } from '../runtime/lost-calls.js';
import type { Finding } from './finding.js';
import { innermostPlace, placesOf, withNotes } from './finding-places.js';
import { placeOfSite } from './place.js';
import { remedyForFunction } from './remedies.js';

/** Kind 1: what the lost calls of the functions of one site have read. */
export function describeLostCalls(calls: LostCallsOfSite): Finding[] {
  const reads = calls.wrongReads;
  if (reads.length === 0) {
    return [
      lostCallback(
        calls,
        undefined,
        calls.isShared ? 'shared' : 'unread',
        calls.count,
        'a function was called outside of its flow, and read nothing there',
      ),
    ];
  }
  return reads.map((read) => {
    const { name } = read.storage;
    if (calls.isShared) {
      return lostCallback(
        calls,
        read,
        'shared',
        read.count,
        `a function that several flows share read \`${name}\` of its callers`,
      );
    }
    const message =
      read.kind === 'another'
        ? `\`${name}\` was read with the value of another flow`
        : `\`${name}\` was read without the value of its flow`;
    return lostCallback(calls, read, read.kind, read.count, message);
  });
}

function lostCallback(
  calls: LostCallsOfSite,
  read: LostCallsOfSite['wrongReads'][number] | undefined,
  severity: Finding['severity'],
  count: number,
  message: string,
): Finding {
  const place = placeOfSite(calls.site);
  const site = siteOf(calls.site)?.site;
  const from = calls.rootCount === calls.count ? 'outside of every flow' : 'while another flow was current';
  // The first frame is the function itself.
  const [, ...callers] = calls.stack ?? [];
  const [caller] = placesOf(callers);
  const by = callers[0]?.file?.startsWith('node:') ? `by ${callers[0].file} ` : '';
  const places = withNotes([
    [place, `this function was made in one flow${caller === undefined ? `, and called ${by}${from}` : ''}`],
    [caller, `and called from here, ${from}`],
    ...(read?.stacks ?? []).map((stack) => [innermostPlace(stack), 'where it was read'] as const),
  ]);
  return {
    kind: 'lost callback',
    severity,
    storage: read?.storage.name ?? null,
    message,
    count,
    places,
    remedy: remedyForFunction(place, read?.storage.isVariable ?? false, site?.name),
  };
}
