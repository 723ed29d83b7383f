/** The findings, as plain data that the terminal, JSON and the annotations show. */

/** A place in a source. */
export interface FindingPlace {
  /** The path of the source, or its URL if it is not a file. */
  readonly file: string;
  /** Begins with 1. */
  readonly line: number;
  /** Begins with 1, in UTF-16 code units. */
  readonly column: number;
  /** The text of the line; null if the source cannot be read. */
  readonly code: string | null;
  /** What happened there. */
  readonly note: string;
}

/** What a finding is about. */
export type FindingKind =
  | 'lost callback'
  | 'shared work'
  | 'late entry'
  | 'empty read'
  | 'two storages'
  | 'outlived frame'
  | 'unseen await'
  | 'untransformed code';

/**
 * How bad it is: `another` is a value of another flow, `missing` a value that was not seen, and `empty` a read in no flow.
 * `held` is a value that is held after the end of its flow, and `untransformed` code of a page in which values will be
 * missing. `shared` is a function that many flows call, `unread` a function that left its flow but read nothing there, and
 * `kept` a value that a package holds, such as in a connection; these three are only information.
 */
export type Severity = 'another' | 'missing' | 'empty' | 'held' | 'untransformed' | 'shared' | 'unread' | 'kept';

/** A line of a source with a change made. */
export interface LineEdit {
  /** The path of the source. */
  readonly file: string;
  /** Begins with 1. */
  readonly line: number;
  /** What the line becomes; several lines if some are inserted before it. */
  readonly code: string;
}

/** What to change. */
export interface Remedy {
  /** The change, in words. */
  readonly text: string;
  /** The line of the first place with the change made; null if it cannot be made in lines. */
  readonly code: string | null;
  /** Other lines that change with it: where the function ends, the import that it needs, the other copy of a module. */
  readonly otherLines?: readonly LineEdit[] | undefined;
}

/** Something that was found in a program. */
export interface Finding {
  /** What it is about. */
  readonly kind: FindingKind;
  /** How bad it is. */
  readonly severity: Severity;
  /** The storage that was read, or whose value is held; null if there is none. */
  readonly storage: string | null;
  /** What happened, as a sentence. */
  readonly message: string;
  /** How often. */
  readonly count: number;
  /** The first is where the remedy belongs. */
  readonly places: readonly FindingPlace[];
  /** What to change. */
  readonly remedy: Remedy;
}

const ORDER: readonly Severity[] = ['another', 'missing', 'empty', 'held', 'untransformed', 'shared', 'unread', 'kept'];

/** Worst first. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || b.count - a.count);
}

/** Whether a finding is shown only if all are asked for. */
export function isInformation({ severity }: Finding): boolean {
  return severity === 'shared' || severity === 'unread' || severity === 'kept';
}

/** Adds up the findings of several processes: those with the same places are one. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const places = finding.places.map(({ file, line, column }) => `${file}:${line}:${column}`);
    const key = [finding.kind, finding.severity, finding.storage, ...places].join(' ');
    const known = merged.get(key);
    merged.set(key, known === undefined ? finding : { ...known, count: known.count + finding.count });
  }
  return sortFindings([...merged.values()]);
}
