/**
 * Reads the Test Anything Protocol, as `node --test-reporter=tap` writes it. The line of a test follows those of its
 * subtests. Subtests are indented by four spaces, and their names are announced before them.
 */
import { type Outcome, ResultCollector, type Results } from './results.js';

const INDENTATION = 4;
const ANNOUNCEMENT = /^( *)# Subtest: (.*)$/;
const RESULT = /^( *)(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TODO)\b.*)?$/i;
const DETAILS_START = /^( *)---$/;

/** Returns the tests of a report. A subtest has the names of the tests around it in front of its own. */
export function parseTap(report: string): Results {
  const collector = new ResultCollector();
  const path: string[] = [];
  let detailsEnd: string | undefined;
  for (const line of report.split(/\r?\n/)) {
    if (detailsEnd !== undefined) {
      if (line === detailsEnd) detailsEnd = undefined;
      continue;
    }
    const details = DETAILS_START.exec(line);
    if (details !== null) {
      detailsEnd = `${details[1]}...`;
      continue;
    }
    const announcement = ANNOUNCEMENT.exec(line);
    if (announcement !== null) {
      const [, indentation = '', name = ''] = announcement;
      path.length = indentation.length / INDENTATION;
      path.push(unescapeTap(name));
      continue;
    }
    const result = RESULT.exec(line);
    if (result === null) continue;
    const [, indentation = '', not, name = '', directive] = result;
    const outer = path.slice(0, indentation.length / INDENTATION);
    collector.add([...outer, unescapeTap(name)].join(' > '), outcomeOf(not, directive));
  }
  return collector.results;
}

/** A test with a directive says nothing: it did not run, or may fail. */
function outcomeOf(not: string | undefined, directive: string | undefined): Outcome {
  if (directive !== undefined) return 'skipped';
  return not === undefined ? 'passed' : 'failed';
}

const unescapeTap = (name: string) => name.replace(/\\([\\#])/g, '$1');
