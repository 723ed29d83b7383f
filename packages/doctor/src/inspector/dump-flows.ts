/** The flows of the process as text, for a terminal. */
import { collectGarbage } from '../runtime/collect-garbage.js';
import { isRecordingWaits, sweep } from './flow-registry.js';
import { holdRecording } from './recording-lease.js';
import type { FlowView, GroupView, Snapshot, WaitView } from './snapshot.js';
import { takeSnapshot } from './take-snapshot.js';

/** A text may be longer than a page. */
export const TEXT_LIMITS = { groups: 100, flows: 500, inside: 50, waits: 10 };

/** Records waits from now on, so that the next text contains them. */
export function formatLiveFlows(): string {
  const wasRecording = isRecordingWaits();
  if (wasRecording) sweep();
  else collectGarbage();
  const text = formatSnapshot(takeSnapshot(undefined, TEXT_LIMITS));
  holdRecording()();
  if (wasRecording) return text;
  return `${text}What the flows wait for is recorded from now on, for a minute: print them again, or use --record-waits.\n`;
}

export function formatSnapshot(snapshot: Snapshot): string {
  const { totals, process, groups, moreGroups } = snapshot;
  const live = totals.live === 1 ? '1 live flow' : `${totals.live} live flows`;
  const title = `throughline-doctor: ${live} in ${process.title} (process ${process.pid})`;
  const lines = groups.filter((group) => group.live > 0).flatMap((group) => linesOfGroup(group, snapshot));
  if (moreGroups > 0) lines.push('', `… and ${moreGroups} more places`);
  if (totals.unrecorded > 0) lines.push('', `${totals.unrecorded} flows were too many to be recorded.`);
  return `${[title, ...lines].join('\n')}\n`;
}

function linesOfGroup(group: GroupView, snapshot: Snapshot): string[] {
  const live = group.flows.filter(({ state }) => state !== 'finished');
  const title = `${group.storage}, opened at ${placeText(group.place, snapshot)}: ${group.live} live`;
  const lines = live.flatMap((flow) => linesOfFlow(flow, snapshot, '  '));
  const more = group.live - live.length;
  return ['', title, ...lines, ...(more > 0 ? [`  … and ${more} more`] : [])];
}

function linesOfFlow(flow: FlowView, snapshot: Snapshot, indent: string): string[] {
  const state = flow.isRecorded ? flow.state : 'live';
  const age = `${state}, ${formatDuration((flow.end ?? snapshot.now) - flow.start)}`;
  const inner = `${indent}    `;
  const findings = flow.findings.map(({ finding }) => `${inner}finding: ${snapshot.findings[finding]?.message}`);
  return [
    `${indent}#${flow.id}  ${age}  ${flow.value}`,
    ...flow.waits.map((wait) => `${inner}${waitText(wait, snapshot)}`),
    ...findings,
    ...flow.inside.flatMap((inside) => [
      `${inner}inside: ${inside.storage}, opened at ${placeText(inside.place, snapshot)}`,
      ...linesOfFlow(inside, snapshot, `${inner}  `),
    ]),
    ...(flow.moreInside > 0 ? [`${inner}… and ${flow.moreInside} more flows inside`] : []),
  ];
}

function waitText({ title, place, start, count }: WaitView, snapshot: Snapshot): string {
  const times = count > 1 ? ` (${count} times)` : '';
  return `waits for ${formatDuration(snapshot.now - start)}: ${title}${times} at ${placeText(place, snapshot)}`;
}

function placeText(key: string | null, { places }: Snapshot): string {
  const place = key === null ? undefined : places[key];
  if (place === undefined) return 'an unknown place';
  const code = place.code?.trim();
  return `${place.file}:${place.line}:${place.column}${code ? `  ${code}` : ''}`;
}

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes} min ${((milliseconds % 60_000) / 1000).toFixed(0)} s`;
}
