/**
 * The doctor in a page or one of its workers. The plugins of `@throughline/transform` make each file of the page import
 * this module first, so that the functions which inserted text calls exist before any of that text runs.
 */

import { AsyncContext, AsyncLocalStorage } from 'throughline';
import { hideInsertedText } from '../instrument/function-to-string.js';
import type { Finding } from '../report/finding.js';
import { scopeOfMade } from '../runtime/current-scope.js';
import { recordEmptyReads } from '../runtime/empty-reads.js';
import { enter, leave, resume, suspend } from '../runtime/lost-calls.js';
import type { Scope } from '../runtime/scope.js';
import { created } from '../runtime/twin-storages.js';
import { watchExports } from '../runtime/watch-exports.js';
import { collectPageFindings } from './collect-page-findings.js';
import type { PageFile } from './page-file.js';
import { addPageFile, whenSettingsAreKnown } from './page-files.js';
import { addFlowListener, type FlowEvent } from './page-flows.js';
import { IS_IN_PAGE } from './page-globals.js';
import { reportInPage } from './report-in-page.js';
import { watchUnseenAwaits } from './unseen-awaits.js';
import { watchLoadedScripts } from './untransformed-scripts.js';

export type { Finding, FindingKind, FindingPlace, LineEdit, Remedy, Severity } from '../report/finding.js';
export { formatFindings } from '../report/text-report.js';
export type { FlowEvent, ScriptPosition } from './page-flows.js';

/** The functions that inserted text calls. Stacks show their names: what is above them belongs to the doctor. */
const functions = {
  __tdCapture: scopeOfMade,
  __tdEnter(made: Scope | undefined, site: number) {
    return enter(made, site);
  },
  __tdLeave: leave,
  __tdSuspend: suspend,
  __tdResume: resume,
  __tdCreated: created,
  __tdFile(file: PageFile) {
    addPageFile(file);
  },
};

if (IS_IN_PAGE) install();

function install(): void {
  if ('__tdCapture' in globalThis) {
    globalThis.console.warn(
      'Another copy of @throughline/doctor is loaded in this page. It is the one that reports; collectFindings() of this ' +
        'copy returns nothing. Install the package once.',
    );
    return;
  }
  for (const [name, value] of Object.entries(functions)) Object.defineProperty(globalThis, name, { value });
  hideInsertedText(Function.prototype);
  watchExports({ AsyncContext, AsyncLocalStorage });
  watchUnseenAwaits();
  watchLoadedScripts();
  whenSettingsAreKnown(({ emptyReads }) => {
    if (emptyReads) recordEmptyReads();
  });
  reportInPage();
}

/** The options of `collectFindings()`. */
export interface CollectOptions {
  /** Also returns what did no harm: shared functions, and functions that read nothing. Default: `false`. */
  readonly all?: boolean | undefined;
}

/**
 * Returns what was found in this page or worker until now, worst first. It loads the scripts that the findings are in, and
 * their source maps. Where the build has no option `doctor`, and on a server, nothing is found.
 * @param options `all` also returns what did no harm
 * @returns the findings; `file` of a place is a URL
 * @example
 * import { collectFindings } from '@throughline/doctor/page';
 *
 * console.log(await collectFindings()); // []
 */
export function collectFindings({ all = false }: CollectOptions = {}): Promise<Finding[]> {
  return IS_IN_PAGE ? collectPageFindings(all) : Promise.resolve([]);
}

/**
 * Calls a function whenever code of this page or worker opens a flow or reads a storage, during that call. Where the build
 * has no option `doctor`, and on a server, it is never called.
 * @param listener receives each event; it must not read a storage, which would call it again, and must not throw
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the listener is not a function
 * @example
 * import { observeFlows } from '@throughline/doctor/page';
 *
 * const lostReads = [];
 * observeFlows((event) => {
 *   if (event.type === 'read' && event.value !== event.expected) lostReads.push(event);
 * });
 * console.log(lostReads); // []
 */
export function observeFlows(listener: (event: FlowEvent) => void): void {
  if (typeof listener !== 'function') {
    throw Object.assign(new TypeError(`The listener of observeFlows() must be a function, not ${typeof listener}.`), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
  }
  if (IS_IN_PAGE) addFlowListener(listener);
}
