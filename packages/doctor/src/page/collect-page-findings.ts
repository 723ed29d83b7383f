/** Turns what was recorded in a page into findings. */
import { describeEmptyRead } from '../report/describe-empty-reads.js';
import { describeLateEntries } from '../report/describe-late-entries.js';
import { describeTwinStorages } from '../report/describe-twin-storages.js';
import { type Finding, isInformation, sortFindings } from '../report/finding.js';
import { allEmptyReads } from '../runtime/empty-reads.js';
import { allLateEntries } from '../runtime/late-entries.js';
import { allLostCalls } from '../runtime/lost-calls.js';
import { allTwinReads } from '../runtime/twin-storages.js';
import { shortPath } from './clickable-url.js';
import { describeLostCallsInPage, describeLostReads } from './describe-unseen-awaits.js';
import { siteOf } from './page-files.js';
import { loadWantedSources } from './script-sources.js';
import { allLostReads } from './unseen-awaits.js';
import { describeUntransformedScripts } from './untransformed-scripts.js';

/** How often scripts are loaded that the places of findings are in: a source map may lead to a file that is loaded next. */
const ROUNDS = 4;

/** @param all also what did no harm */
export async function collectPageFindings(all: boolean): Promise<Finding[]> {
  describeAll();
  for (let round = 0; round < ROUNDS && (await loadWantedSources()); round++) describeAll();
  const findings = describeAll().map((finding) => ({
    ...finding,
    places: finding.places.map((place) => ({ ...place, file: shortPath(place.file) })),
  }));
  return sortFindings(all ? findings : findings.filter((finding) => !isInformation(finding)));
}

function describeAll(): Finding[] {
  const lostReads = [...allLostReads()].flatMap(describeLostReads);
  const emptyReads = [...allEmptyReads()].map(describeEmptyRead);
  return [
    // The functions of a module that was edited since are not part of the page any more.
    ...[...allLostCalls()].filter(({ site }) => siteOf(site)).flatMap(describeLostCallsInPage),
    ...[...allLateEntries()].flatMap(describeLateEntries),
    // A module that was edited while the page shows it is loaded again: its earlier storage is meant to be another one.
    ...[...allTwinReads()].filter(({ read, holder }) => siteOf(read) && siteOf(holder)).map(describeTwinStorages),
    ...lostReads,
    ...emptyReads.filter((empty) => !lostReads.some((lost) => hasSameRead(empty, lost))),
    ...describeUntransformedScripts(),
  ];
}

/** Whether an empty read is explained by another finding, whose last place is where the storage was read. */
function hasSameRead({ places: [read] }: Finding, { places }: Finding): boolean {
  const last = places.at(-1);
  return read?.file === last?.file && read?.line === last?.line && read?.column === last?.column;
}
