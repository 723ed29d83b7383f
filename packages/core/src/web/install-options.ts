/** The options of `install()`, and their check. */
import { invalidOption } from '../errors.js';

/** The options of `install()`. */
export interface InstallOptions {
  /**
   * Whether to intercept native `await`. Default: `true`, or `false` if code of the page was built with
   * `@throughline/transform`, whose `await`s keep their frames without interception. If the patches are installed
   * already, the default is to change nothing.
   */
  await?: boolean;
}

/** @throws {TypeError} `ERR_INVALID_OPTION` if there is an option besides `await`, or if `await` is not a boolean */
export function checkInstallOptions(options: InstallOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'await' || (value !== undefined && typeof value !== 'boolean')) {
      throw invalidOption(`install() accepts { await: true or false }, not { ${name}: ${String(value)} }.`);
    }
  }
}
