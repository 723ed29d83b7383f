/** The options of all plugins. */
import type { TransformOptions } from '../transform.js';

/** The options of every plugin of this package. */
export interface PluginOptions extends Pick<TransformOptions, 'generators'> {
  /**
   * Whether code that is built for a server is transformed as well. Default: `false`, because servers follow `await`
   * themselves.
   */
  readonly server?: boolean;
  /** Whether the patches of `throughline/web` are installed before any other code of the page runs. Default: `true`. */
  readonly install?: boolean;
}
