/**
 * Installs all patches, once for all copies of the package on a page: those of the language, and those of the platform,
 * which the condition `#platform` selects.
 *
 *                      install()                           install({ await })
 *     not installed  ------------->  installed, native await  <---+
 *                    <-------------  intercepted or not       ----+
 *                     uninstall()
 */
import { patchPlatform } from '#platform';
import { current } from '../engine/current.js';
import { share } from '../engine/shared-state.js';
import { type AwaitInterception, prepareInterception, warnOfFailure, warnOfLostValues } from './await-interception.js';
import { checkInstallOptions, type InstallOptions } from './install-options.js';
import { type PatchReport, patchFunctionToString, patchMethod, reportPatches, revertPatches } from './patch.js';
import { fixThen, followGlobalPromise, patchPromise } from './promise.js';

/** The state of the patches, as returned by the `report` property of `install()`'s result. */
export interface InstallReport extends PatchReport {
  /**
   * How code after an `await` keeps its frame: because it was built with the transform (`transformed`), because native
   * `await` is intercepted (`intercepted`), both, because the runtime follows flows itself (`native`), or not at all
   * (`not followed`).
   */
  readonly await: 'transformed' | 'intercepted' | 'transformed and intercepted' | 'native' | 'not followed';
}

/** Reverts all patches. Calling it a second time does nothing, even if the patches have been installed again. */
export interface Uninstall {
  (): void;
  /**
   * The state of the patches when this property is read, with interception started if it is wanted. A report does not
   * change afterwards. Once the patches have been reverted, the property keeps the last report.
   */
  readonly report: InstallReport;
}

interface Installation {
  readonly uninstall: Uninstall;
  /** Starts or stops the interception of native `await`. */
  intercept(isWanted: boolean): void;
  /** Follows the class with which another library has replaced `Promise`, if that was not noticed. */
  followGlobalPromise(): void;
}

/** The current installation, if any; all copies of the package share it. */
const page = /* @__PURE__ */ share<{ installation: Installation | undefined }>('page', () => ({
  installation: undefined,
}));

/**
 * Makes callbacks of the web platform run in the frame of the call that they belong to, and code after a native `await`
 * in the frame of the `await`.
 *
 * The first storage that is created calls this function. Call it yourself before that if earlier code needs the patches
 * too, or to choose the options. While the patches are installed, another call only applies its options.
 *
 * Native `await` is intercepted from the first value on, or when `report` is read: until then, a page pays nothing for it.
 *
 * Properties that cannot be patched are left alone and reported; nothing is thrown. A warning is printed if native
 * `await` cannot be intercepted. On Node, Deno, Bun and workerd, which follow flows themselves, nothing is patched.
 *
 * @param options the options; all of them are optional
 * @returns a function that reverts all patches. Its property `report` lists the properties that are patched, missing
 * and refused, and how code after an `await` keeps its frame.
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @example
 * import { install } from 'throughline/web';
 *
 * const uninstall = install();
 * console.log(uninstall.report.await); // intercepted
 * uninstall();
 * @see https://github.com/tc39/proposal-async-context/blob/master/WEB-INTEGRATION.md, which lists the callbacks of the
 * web platform with the frame of each
 */
export function install(options: InstallOptions = {}): Uninstall {
  checkInstallOptions(options);
  const { await: isWanted } = options;
  if (page.installation === undefined) page.installation = createInstallation(isWanted ?? !current.isTransformed);
  else {
    page.installation.followGlobalPromise();
    if (isWanted !== undefined) page.installation.intercept(isWanted);
  }
  return page.installation.uninstall;
}

function createInstallation(isInterceptionWanted: boolean): Installation {
  let interception: AwaitInterception | undefined;
  const startInterception = () => {
    if (!interception || interception.start()) return;
    interception = undefined;
    if (!current.isTransformed) warnOfFailure();
  };
  const intercept = (isWanted: boolean) => {
    if (isWanted) {
      interception ??= prepareInterception();
      if (current.onValue === null) startInterception();
      else current.onValue = startInterception;
    } else {
      interception?.stop();
      interception = undefined;
    }
  };
  patchFunctionToString();
  patchPromise();
  intercept(isInterceptionWanted);
  patchMethod('', 'lockdown', (native) => (...args) => {
    // SES refuses accessors.
    if (interception) warnOfLostValues('after lockdown()');
    intercept(false);
    fixThen();
    return native(...args);
  });
  const stopStreams = patchPlatform();

  const readReport = (): InstallReport => {
    // Only the accessors themselves show whether `await` can be intercepted.
    startInterception();
    const transformed = current.isTransformed ? 'transformed' : 'not followed';
    const intercepted = current.isTransformed ? 'transformed and intercepted' : 'intercepted';
    return { ...reportPatches(), await: interception?.isInForce() ? intercepted : transformed };
  };
  let lastReport: InstallReport | undefined;
  const uninstall = Object.defineProperty(
    () => {
      if (page.installation?.uninstall !== uninstall) return;
      lastReport = readReport();
      page.installation = undefined;
      intercept(false);
      revertPatches();
      stopStreams();
    },
    'report',
    { get: () => lastReport ?? readReport(), enumerable: true },
  ) as Uninstall;
  return { uninstall, intercept, followGlobalPromise };
}
