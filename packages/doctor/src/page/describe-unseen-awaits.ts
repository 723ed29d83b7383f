/** Describes findings of kind 7: an `await` that is not followed. */
import { describeLostCalls } from '../report/describe-lost-calls.js';
import type { Finding } from '../report/finding.js';
import { innermostPlace, nameOf, withNotes } from '../report/finding-places.js';
import type { LostCallsOfSite } from '../runtime/lost-calls.js';
import type { Frame } from '../runtime/stack-frame.js';
import { findAwaits, isSameFunction, lastAwaitBetween, offsetOf, positionAt } from './code-text.js';
import { isForeign } from './page-files.js';
import { page } from './page-globals.js';
import { placeOfFrame } from './page-places.js';
import { IS_AWAIT_INTERCEPTED } from './page-storage-class.js';
import { blankedTextOf, sourceOf } from './script-sources.js';
import { type LostReads, type Sighting, sightingsBefore } from './unseen-awaits.js';

/** How far before the position that a browser states an `await` may begin, in UTF-16 code units. */
const NEAR = 200;

/** Describes reads in a function that has lost its flow; nothing if no `await` is found in the text of the script. */
export function describeLostReads({ storage, frame, sightings, stack, count }: LostReads): Finding[] {
  const lost = findLostAwait(frame, sightings);
  if (lost === undefined) return [];
  const name = nameOf(storage);
  return [
    {
      kind: 'unseen await',
      severity: 'missing',
      storage: name,
      message: `\`${name}\` was read without the value of its flow, after an await in code that was not transformed`,
      count,
      places: withNotes([
        [placeOfFrame(lost), 'the flow was lost at this await'],
        [innermostPlace(stack), 'where it was read'],
      ]),
      remedy: remedyFor(frame.file ?? ''),
    },
  ];
}

/** Describes lost calls, which are those of an `await` if the caller has lost its flow there. */
export function describeLostCallsInPage(calls: LostCallsOfSite): Finding[] {
  const findings = describeLostCalls(calls);
  const [, ...callers] = calls.stack ?? [];
  const caller = callers.find((frame) => !frame.isAsync && isForeign(frame));
  if (caller === undefined || calls.rootCount < calls.count) return findings;
  const lost = findLostAwait(caller, sightingsBefore(caller));
  if (lost === undefined) return findings;
  return findings.map((finding) =>
    finding.severity !== 'missing'
      ? finding
      : {
          ...finding,
          kind: 'unseen await',
          message: `\`${finding.storage}\` was read without the value of its flow, after an await in code that was not transformed`,
          places: [...withNotes([[placeOfFrame(lost), 'the flow was lost at this await']]), ...finding.places],
          remedy: remedyFor(caller.file ?? ''),
        },
  );
}

/**
 * Returns the `await` between a place at which a function ran in a flow and the one where it continues without it.
 * @param frame where it continues
 */
function findLostAwait(frame: Frame, sightings: readonly Sighting[]): Frame | undefined {
  const { file = '' } = frame;
  const source = sourceOf(file);
  const text = source?.text;
  const blanked = source && blankedTextOf(source);
  if (text === undefined || blanked === undefined) return undefined;
  const end = offsetOf(text, frame.line, frame.column);
  for (const { frame: seen, isAwait } of sightings.toReversed()) {
    const start = offsetOf(text, seen.line, seen.column);
    if (!isSameFunction(blanked, start, end)) continue;
    const at = isAwait ? awaitAt(blanked, start) : lastAwaitBetween(blanked, start, end);
    if (at !== undefined && at < end) return { ...frame, ...positionAt(text, at) };
  }
  return undefined;
}

/** Browsers state the position of the keyword, or of its operand. */
function awaitAt(blanked: string, offset: number): number | undefined {
  const awaits = findAwaits(blanked);
  return awaits.findLast((at) => at <= offset && at > offset - NEAR && !/[;{}]/.test(blanked.slice(at, offset)));
}

export function remedyFor(script: string): Finding['remedy'] {
  const isOther = URL.canParse(script) && new URL(script).origin !== page.location.origin;
  const build = isOther
    ? 'install the package from npm and import it, so that the build transforms its code'
    : 'import the file from a module of the page, so that the build transforms its code';
  const follow = IS_AWAIT_INTERCEPTED
    ? 'or await a promise there: interception cannot see an await of any other value'
    : "or follow awaits of promises without the build: install({ await: true }) of 'throughline/web'";
  return { text: `${build}; ${follow}`, code: null };
}
