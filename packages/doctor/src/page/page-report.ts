/** What the server of a page does with the findings that the page sends: it prints them like those of Node. */
import type { Finding, FindingKind, FindingPlace, LineEdit } from '../report/finding.js';
import { formatFindings, isSeverity } from '../report/text-report.js';

/** Further findings are dropped. */
const MAXIMUM_FINDINGS = 200;
const MAXIMUM_LENGTH = 2_000;

/**
 * Returns the findings that a page has sent as text for a terminal. Any page of the server can send anything, so only what
 * has the form of a finding is printed, without control characters.
 * @param body what the page has sent
 * @param pathOf returns the path of a source, by its URL
 * @returns the text; empty if the body has no findings
 */
export function formatPageFindings(body: string, pathOf: (url: string) => string): string {
  let sent: unknown;
  try {
    sent = JSON.parse(body);
  } catch {
    return '';
  }
  const list = isRecord(sent) && Array.isArray(sent.findings) ? sent.findings.slice(0, MAXIMUM_FINDINGS) : [];
  return formatFindings(list.flatMap((item): Finding[] => readFinding(item, pathOf) ?? []));
}

function readFinding(item: unknown, pathOf: (url: string) => string): Finding[] | undefined {
  if (!isRecord(item) || !isRecord(item.remedy) || !Array.isArray(item.places)) return undefined;
  const { severity } = item;
  if (!isSeverity(severity) || typeof item.message !== 'string') return undefined;
  const { text, code, otherLines } = item.remedy;
  return [
    {
      kind: printable(item.kind) as FindingKind,
      severity,
      storage: typeof item.storage === 'string' ? printable(item.storage) : null,
      message: printable(item.message),
      count: numberIn(item.count),
      places: item.places.filter(isRecord).map(
        (place): FindingPlace => ({
          file: printable(pathOf(printable(place.file))),
          line: numberIn(place.line),
          column: numberIn(place.column),
          code: typeof place.code === 'string' ? printable(place.code) : null,
          note: printable(place.note),
        }),
      ),
      remedy: {
        text: printable(text),
        code: typeof code === 'string' ? printable(code) : null,
        ...(Array.isArray(otherLines) && {
          otherLines: otherLines.filter(isRecord).map(
            (edit): LineEdit => ({
              file: printable(pathOf(printable(edit.file))),
              line: numberIn(edit.line),
              code: printable(edit.code),
            }),
          ),
        }),
      },
    },
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A control character could move the cursor of the terminal, or do worse. */
function printable(text: unknown): string {
  return (typeof text === 'string' ? text : '').slice(0, MAXIMUM_LENGTH).replace(/(?!\t)\p{Cc}/gu, ' ');
}

function numberIn(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
}
