/** Describes findings of kind 1: a callback that left its flow. */
import type { Site } from '../instrument/file-table.js';
import { siteOf } from '../runtime/file-tables.js';
import type { LostCalls, WrongRead } from '../runtime/lost-calls.js';
import type { Finding } from './finding.js';
import { innermostPlace, nameOf, placesOf, withNotes } from './finding-places.js';
import { type Place, placeOfSite } from './place.js';

/** Kind 1: what the lost calls of the functions of one site have read. */
export function describeLostCalls(calls: LostCalls): Finding[] {
  if (calls.count === 0) return [];
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
    const name = nameOf(read.storage);
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
  calls: LostCalls,
  read: WrongRead | undefined,
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
    storage: read === undefined ? null : nameOf(read.storage),
    message,
    count,
    places,
    remedy: remedyForFunction(place, site),
  };
}

function remedyForFunction(place: Place | undefined, site: Site | undefined): Finding['remedy'] {
  if (site?.form !== 'expression' || place?.code === undefined) {
    const name = site?.name ?? 'the function';
    return { text: `hand on AsyncLocalStorage.bind(${name}) instead of ${name}`, code: null };
  }
  const start = place.column - 1;
  const { code } = place;
  const end = start + site.end - site.start;
  // A function that ends in another line gets its closing parenthesis there.
  const isOneLine = end <= code.length && isBalanced(code.slice(start, end));
  const bound = isOneLine ? `${code.slice(start, end)})${code.slice(end)}` : code.slice(start);
  return { text: 'bind the function to its flow', code: `${code.slice(0, start)}AsyncLocalStorage.bind(${bound}` };
}

function isBalanced(code: string): boolean {
  const count = (pattern: RegExp) => code.match(pattern)?.length ?? 0;
  return count(/[({[]/g) === count(/[)}\]]/g);
}
