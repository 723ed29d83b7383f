/** Puts all patches in, once for all copies of the package on a page, and says what they did. */
import { current, share } from '../engine/current.js';
import { patchAwait } from './await.js';
import { patchCallbacks } from './callbacks.js';
import { patchElements } from './elements.js';
import { patchEvents } from './events.js';
import { type PatchReport, patchReport, patchSourceText, unpatch } from './patch.js';
import { patchPromise } from './promise.js';
import { patchSchedulers } from './schedulers.js';
import { patchRequests } from './task-objects.js';

export interface InstallOptions {
  /**
   * Whether native `await` is intercepted. By default it is, unless the program was built with `@throughline/transform`,
   * whose `await`s need no interception.
   */
  await?: boolean;
}

/** What follows the flow on this page. */
export interface InstallReport extends PatchReport {
  /**
   * What makes the code after an `await` run in its frame: the program's own code (`transformed`), interception, both, the
   * runtime (`native`), or nothing (`not followed`).
   */
  readonly await: 'transformed' | 'intercepted' | 'transformed and intercepted' | 'native' | 'not followed';
}

/** Takes all patches back; calling it again does nothing. */
export interface Uninstall {
  (): void;
  readonly report: InstallReport;
}

interface Installation {
  readonly uninstall: Uninstall;
  /** Puts the interception of `await` in, or takes it out. */
  intercept(wanted: boolean): void;
}

/** The first copy of the package that installs does it for all. */
const page = share<{ installation: Installation | undefined }>('page', () => ({ installation: undefined }));

/**
 * Makes everything on this page that calls back later do so in the frame of the call. The first storage that is made does
 * it by itself; call it earlier for what should be followed before, or to choose.
 * @returns what takes it back, with a `report` of what was done
 * @example
 * import { install } from 'throughline/web';
 * const uninstall = install();
 * console.log(uninstall.report.await); // intercepted
 */
export function install({ await: intercept }: InstallOptions = {}): Uninstall {
  if (page.installation === undefined) page.installation = makeInstallation(intercept ?? !current.transformed);
  else if (intercept !== undefined) page.installation.intercept(intercept);
  return page.installation.uninstall;
}

function makeInstallation(wanted: boolean): Installation {
  let unpatchAwait: (() => void) | undefined;
  const intercept = (isWanted: boolean) => {
    if (isWanted) {
      unpatchAwait ??= patchAwait();
      if (unpatchAwait === undefined && !current.transformed) {
        console.warn(
          'Throughline: this browser does not let native await be followed: values are lost after it. ' +
            'Build the page with @throughline/transform.',
        );
      }
    } else {
      unpatchAwait?.();
      unpatchAwait = undefined;
    }
  };
  patchSourceText();
  patchPromise();
  intercept(wanted);
  patchSchedulers();
  patchCallbacks();
  patchEvents();
  patchRequests();
  patchElements();
  const uninstall = Object.assign(
    () => {
      if (page.installation?.uninstall !== uninstall) return;
      page.installation = undefined;
      intercept(false);
      unpatch();
    },
    {
      report: {
        ...patchReport,
        get await(): InstallReport['await'] {
          const intercepted = unpatchAwait !== undefined;
          if (current.transformed) return intercepted ? 'transformed and intercepted' : 'transformed';
          return intercepted ? 'intercepted' : 'not followed';
        },
      },
    },
  );
  return { uninstall, intercept };
}
