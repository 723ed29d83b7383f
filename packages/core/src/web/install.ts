/**
 * Installs all patches, once for all copies of the package on a page.
 *
 *                      install()                           install({ await })
 *     not installed  ------------->  installed, native await  <---+
 *                    <-------------  intercepted or not       ----+
 *                     uninstall()
 */
import { current } from '../engine/current.js';
import { share } from '../engine/shared-state.js';
import { patchAwait } from './await-interception.js';
import { patchCallbacks } from './callbacks.js';
import { patchElements } from './elements.js';
import { patchEvents } from './events.js';
import { type PatchReport, patchFunctionToString, reportPatches, revertPatches } from './patch.js';
import { patchPromise } from './promise.js';
import { patchSchedulers } from './schedulers.js';
import { patchTaskObjects } from './task-objects.js';

export interface InstallOptions {
  /**
   * Whether native `await` is intercepted. The default is `true`, and `false` if code of the page was built with
   * `@throughline/transform`, whose `await`s need no interception.
   */
  await?: boolean;
}

/** What `install()` did on this page. */
export interface InstallReport extends PatchReport {
  /**
   * What makes the code after an `await` run in the frame of the `await`: the code itself, as built with the transform
   * (`transformed`), interception (`intercepted`), both, the runtime (`native`), or nothing (`not followed`).
   */
  readonly await: 'transformed' | 'intercepted' | 'transformed and intercepted' | 'native' | 'not followed';
}

/** Reverts all patches. Calling it again does nothing, nor does calling it after another installation. */
export interface Uninstall {
  (): void;
  /**
   * What is installed at the moment at which this property is read. A report does not change afterwards. Once the patches are
   * reverted, the property keeps the last report.
   */
  readonly report: InstallReport;
}

interface Installation {
  readonly uninstall: Uninstall;
  /** Starts or stops the interception of native `await`. */
  intercept(isWanted: boolean): void;
}

/** The installation that is in force; all copies of the package share it. */
const page = share<{ installation: Installation | undefined }>('page', () => ({ installation: undefined }));

/**
 * Makes callbacks of the web platform run in the frame of the call that they belong to, and code after a native `await` in
 * the frame of the `await`.
 *
 * The first storage that is created calls this function. Call it earlier for the code that runs before, or to choose the
 * options. While the patches are installed, another call only applies its options.
 *
 * Properties that cannot be patched are left alone and reported. On Node, Deno, Bun and workerd, which follow flows
 * themselves, nothing is patched.
 *
 * @param options.await whether native `await` is intercepted; the default is `true`, and `false` on a page that was built
 * with `@throughline/transform`
 * @returns a function that reverts all patches, with a `report` of what is installed
 * @example
 * import { install } from 'throughline/web';
 *
 * const uninstall = install();
 * console.log(uninstall.report.await); // 'intercepted'
 * uninstall();
 * @see https://github.com/tc39/proposal-async-context/blob/master/WEB-INTEGRATION.md
 */
export function install({ await: isWanted }: InstallOptions = {}): Uninstall {
  if (page.installation === undefined) page.installation = createInstallation(isWanted ?? !current.transformed);
  else if (isWanted !== undefined) page.installation.intercept(isWanted);
  return page.installation.uninstall;
}

function createInstallation(isInterceptionWanted: boolean): Installation {
  let stopInterception: (() => void) | undefined;
  const intercept = (isWanted: boolean) => {
    if (isWanted) {
      stopInterception ??= patchAwait();
      if (stopInterception === undefined && !current.transformed) {
        console.warn(
          'Throughline: values are lost after native await in this browser. Build the page with @throughline/transform.',
        );
      }
    } else {
      stopInterception?.();
      stopInterception = undefined;
    }
  };
  patchFunctionToString();
  patchPromise();
  intercept(isInterceptionWanted);
  patchSchedulers();
  patchCallbacks();
  patchEvents();
  patchTaskObjects();
  patchElements();

  const readReport = (): InstallReport => {
    const transformed = current.transformed ? 'transformed' : 'not followed';
    const intercepted = current.transformed ? 'transformed and intercepted' : 'intercepted';
    return { ...reportPatches(), await: stopInterception ? intercepted : transformed };
  };
  let lastReport: InstallReport | undefined;
  const uninstall = Object.defineProperty(
    () => {
      if (page.installation?.uninstall !== uninstall) return;
      lastReport = readReport();
      page.installation = undefined;
      intercept(false);
      revertPatches();
    },
    'report',
    { get: () => lastReport ?? readReport(), enumerable: true },
  ) as Uninstall;
  return { uninstall, intercept };
}
