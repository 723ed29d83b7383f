/** The options of all plugins. */
import { checkOptions } from '../check-options.js';
import { GENERATOR_FRAMES, type TransformOptions } from '../transform.js';

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

/**
 * Checks the options of a plugin. Each plugin calls this when it is created, so that the stack trace leads to the
 * configuration.
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 */
export function checkPluginOptions(options: PluginOptions): void {
  checkOptions('the plugin of @throughline/transform', options, {
    generators: GENERATOR_FRAMES,
    server: 'boolean',
    install: 'boolean',
  });
}

/** Returns the options that are passed on to `transform()`. */
export function transformOptionsOf({ generators }: PluginOptions): Pick<TransformOptions, 'generators'> {
  return generators === undefined ? {} : { generators };
}
