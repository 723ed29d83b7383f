/**
 * What was dropped: counted by reason and by value, and said once for each sender. A request or a job is never refused
 * for what its carrier contains, so this is where a lost value can be seen.
 */
import { type DropReason, shared } from './shared-state.js';

/** What `extract()` and `inject()` have dropped in this process. */
export interface PropagationReport {
  /** The number of dropped entries. */
  readonly dropped: number;
  /** The number of dropped entries for each reason. */
  readonly reasons: Readonly<Partial<Record<DropReason, number>>>;
  /** The number of dropped entries of each declared value. `deadline` is the deadline. */
  readonly values: Readonly<Record<string, number>>;
}

/** Warnings are kept apart by their sender, whose name may come from outside, so their number is limited. */
const MAX_WARNINGS = 100;

/** The longest part of a sender's name that a warning repeats. */
const MAX_SENDER_LENGTH = 100;

const REMEDIES: Readonly<Record<DropReason, string>> = {
  untrusted:
    'it is not trusted here. If the sender is your own program, pass trust: true, or the names of the values, to ' +
    'extract() or to the transport',
  malformed: 'its text is malformed',
  invalid: 'it is not valid',
  version: 'its version is unknown here',
  'too-long': 'it is longer than its maxLength',
  'too-many':
    'the baggage has more than 180 entries or 8192 bytes, and what is beyond is not read. Fewer or shorter values fit',
  duplicate: 'the carrier has it twice with different content. Replace an entry instead of adding one',
  unsigned: 'it has no signature. The sender must declare it with sign: true and have a key of setSigningKeys()',
  'bad-signature': 'its signature is not right. Both processes must know the key: see setSigningKeys()',
  expired: 'its signature is older than its maxAge, or as far in the future by the clock of this machine',
  unreadable: 'reading the carrier failed',
};

/**
 * Counts a dropped entry, and warns of it once for each sender, value and reason.
 * @param name the value, or undefined if the entry belongs to no declared value
 * @param from the sender, as `extract()` was told
 * @param detail what is wrong, if more is known than the reason
 */
export function recordDrop(
  reason: DropReason,
  name: string | undefined,
  from: string | undefined,
  detail?: string,
): void {
  const { reasons, names, warned } = shared.drops;
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  if (name !== undefined) names.set(name, (names.get(name) ?? 0) + 1);
  // Any client can send an entry that is not trusted: one warning is enough to see that `trust` is missing.
  const sender = reason === 'untrusted' ? undefined : from;
  const key = `${reason}\n${name}\n${sender}`;
  if (warned.size > MAX_WARNINGS || warned.has(key)) return;
  warned.add(key);
  const what = name === undefined ? 'An entry' : `The value ${JSON.stringify(name)}`;
  warn(`${what} from ${senderName(from)} was dropped: ${detail ?? REMEDIES[reason]}.`);
  if (warned.size > MAX_WARNINGS) {
    warn('Further values that are dropped are only counted: propagationReport() returns the counts.');
  }
}

/** The name of a sender without characters that could forge a line of a log. */
function senderName(from: string | undefined): string {
  if (from === undefined) return 'a sender without a name (pass from to extract())';
  return JSON.stringify(from.slice(0, MAX_SENDER_LENGTH));
}

/** Warns in the way of the runtime: `process.emitWarning()`, or the console. */
export function warn(message: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (message: string, type: string) => void } };
  if (typeof process?.emitWarning === 'function') process.emitWarning(message, 'PropagationWarning');
  else console.warn(`PropagationWarning: ${message}`);
}

/**
 * Returns what was dropped since the process started, for a metric or a health check.
 * @returns the counts; a new object
 * @example
 * import { extract, Propagated, propagationReport } from '@throughline/propagation';
 *
 * new Propagated('tenant', { maxLength: 5 });
 * extract({ baggage: 'tenant=enterprise' }, { trust: true, from: 'queue:orders' });
 * console.log(propagationReport()); // { dropped: 1, reasons: { 'too-long': 1 }, values: { tenant: 1 } }
 */
export function propagationReport(): PropagationReport {
  const { reasons, names } = shared.drops;
  let dropped = 0;
  for (const count of reasons.values()) dropped += count;
  return { dropped, reasons: Object.fromEntries(reasons), values: Object.fromEntries(names) };
}
