/** Makes findings of what the runtime has noted. */
import { siteOf } from '../runtime/file-tables.js';
import { allLateEntries, type LateEntries } from '../runtime/late-entries.js';
import { allLostCalls, type LostCalls, type WrongRead } from '../runtime/lost-calls.js';
import type { Storage } from '../runtime/scope.js';
import { isFileFrame } from '../runtime/stack.js';
import { allTwinReads, creationOf, originOf, type TwinRead } from '../runtime/twin-storages.js';
import { type Finding, type FindingPlace, isInformation, sortFindings } from './finding.js';
import { type Place, placeOfFrame, placeOfSite } from './place.js';

type Stack = readonly NodeJS.CallSite[];

/** @param all also what did no harm */
export function collectFindings(all: boolean): Finding[] {
  const findings = [
    ...[...allLostCalls()].flatMap(lostCallbacks),
    ...[...allLateEntries()].flatMap(lateEntries),
    ...[...allTwinReads()].map(twoStorages),
  ];
  return sortFindings(all ? findings : findings.filter((finding) => !isInformation(finding)));
}

function lostCallbacks(calls: LostCalls): Finding[] {
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
  const caller = calls.stack?.slice(1).find(isFileFrame);
  const places = [
    note(place, 'this function was made in one flow'),
    caller === undefined ? note(undefined, '') : note(placeOfFrame(caller), `and called from here, ${from}`),
    ...(read?.stacks ?? []).map((stack) => note(placeOfFrame(userFrame(stack)), 'where it was read')),
  ].filter((known) => known !== undefined);
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

function remedyForFunction(
  place: Place | undefined,
  site: NonNullable<ReturnType<typeof siteOf>>['site'] | undefined,
): Finding['remedy'] {
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

function lateEntries(entries: LateEntries): Finding[] {
  if (entries.isSeen || entries.missedCount === 0) return [];
  const name = nameOf(entries.storage);
  const awaiter = entries.stack.find((frame) => frame.isAsync() && isFileFrame(frame));
  return [
    {
      kind: 'late entry',
      severity: 'missing',
      storage: name,
      message: `\`${name}\` was entered after an await, where the caller does not see it`,
      count: entries.missedCount,
      places: [
        note(placeOfFrame(userFrame(entries.stack)), 'the value was entered here, after an await'),
        note(placeOfFrame(awaiter), 'this function awaits it, and continues without the value'),
        note(entries.missedAt && placeOfFrame(userFrame(entries.missedAt)), 'where it was read'),
      ].filter((known) => known !== undefined),
      remedy: {
        text: `return the value, and enter it in the function that awaits: ${name}.enterWith(await …), or ${name}.run(value, …)`,
        code: null,
      },
    },
  ];
}

function twoStorages({ read, holder, count, stack }: TwinRead): Finding {
  const name = read.name ?? 'storage';
  const place = placeOfSite(read.site);
  const origin = originOf(siteOf(read.site)?.table.url ?? '');
  return {
    kind: 'two storages',
    severity: 'missing',
    storage: name,
    message: `there are two storages \`${name}\`: the one that was read never had a value`,
    count,
    places: [
      note(place, 'this copy of the module created the storage that was read'),
      note(placeOfSite(holder.site), 'and this copy the one that holds the value'),
      note(placeOfFrame(userFrame(stack)), 'where it was read'),
    ].filter((known) => known !== undefined),
    remedy: {
      text: 'load one copy of the module: the same version, and by import or by require only; or share the storage',
      code:
        place?.code?.replace(/new\s[^;]*/, (creation) => `(globalThis[Symbol.for('${origin}')] ??= ${creation})`) ??
        null,
    },
  };
}

function note(place: Place | undefined, text: string): FindingPlace | undefined {
  return place === undefined ? undefined : { ...place, code: place.code ?? null, note: text };
}

/** The innermost frame of the application, or of a package if there is none. */
function userFrame(stack: Stack): NodeJS.CallSite | undefined {
  const frames = stack.filter(isFileFrame);
  return frames.find((frame) => !/[\\/]node_modules[\\/]/.test(frame.getFileName() ?? '')) ?? frames[0];
}

/** The name of a storage: its own, or that of the variable that holds it. */
function nameOf(storage: Storage): string {
  const { name } = storage;
  return (typeof name === 'string' && name !== '' ? name : creationOf(storage)?.name) ?? 'AsyncLocalStorage';
}
