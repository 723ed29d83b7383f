/**
 * Reports the findings of a page or a worker on its console, and to the server of the page if it takes them. Each finding is
 * reported once, when it has been there for two rounds: what a flow does next can show that it is none.
 */
import { type Finding, isInformation } from '../report/finding.js';
import { formatFinding } from '../report/text-report.js';
import { observeReads } from '../runtime/reads.js';
import { collectPageFindings } from './collect-page-findings.js';
import { absoluteUrl, settingsOfPage } from './page-files.js';
import { page } from './page-globals.js';

/** Milliseconds between two rounds. */
const INTERVAL = 1000;
/** Milliseconds after which a page without reads is looked at too: all of its scripts are loaded by then. */
const FIRST_LOOK = 3000;

// The application may replace them, and its timers must not be mixed up with those of the doctor.
const { console, fetch, setTimeout } = globalThis;

const reported = new Set<string>();
let seenBefore = new Set<string>();

export function reportInPage(): void {
  let hasActivity = false;
  observeReads(() => {
    hasActivity = true;
  });
  const startTime = Date.now();
  let hasLooked = false;
  const look = async () => {
    const isFirstLook = !hasLooked && Date.now() - startTime >= FIRST_LOOK;
    if (hasActivity || isFirstLook || seenBefore.size > reported.size) {
      hasActivity = false;
      hasLooked ||= isFirstLook;
      // Not thrown: a rejection would reach the listeners of the page.
      await reportRound().catch((error: unknown) => console.error('throughline-doctor:', error));
    }
    setTimeout(look, INTERVAL);
  };
  setTimeout(look, INTERVAL);
}

async function reportRound(): Promise<void> {
  const findings = await collectPageFindings(settingsOfPage().all);
  const seen = new Set(findings.map(keyOf));
  const added = findings.filter((finding) => {
    const key = keyOf(finding);
    return seenBefore.has(key) && !reported.has(key);
  });
  seenBefore = seen;
  for (const finding of added) reported.add(keyOf(finding));
  if (added.length === 0) return;
  print(added);
  await sendToServer(added);
}

/** The scripts of the page that were not transformed are one finding, whose places are added. */
function keyOf({ kind, severity, storage, places }: Finding): string {
  const shown = kind === 'untransformed code' ? places : places.slice(0, 3);
  return [kind, severity, storage, ...shown.map(({ file, line, column }) => `${file}:${line}:${column}`)].join(' ');
}

function print(findings: readonly Finding[]): void {
  console.group(`throughline-doctor: ${findings.length === 1 ? '1 finding' : `${findings.length} findings`}`);
  for (const finding of findings) console[isInformation(finding) ? 'log' : 'warn'](formatFinding(finding));
  console.groupEnd();
}

async function sendToServer(findings: readonly Finding[]): Promise<void> {
  const { reportPath } = settingsOfPage();
  if (reportPath === undefined) return;
  const url = absoluteUrl(reportPath);
  // If the page comes from another server, the server of its scripts would refuse them.
  if (!URL.canParse(url) || new URL(url).origin !== page.location.origin) return;
  try {
    const headers = { 'content-type': 'application/json' };
    await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ findings }),
    });
  } catch {
    // The server has ended, or the page is closed.
  }
}
