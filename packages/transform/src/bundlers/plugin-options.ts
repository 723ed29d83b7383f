/** What every plugin takes, and what they have in common. */
import { fileURLToPath } from 'node:url';
import type { TransformOptions } from '../transform.js';

export interface PluginOptions extends Pick<TransformOptions, 'generators'> {
  /** Whether code built for a server is transformed as well. By default it is not: servers follow `await` themselves. */
  readonly server?: boolean;
  /** Whether the web patches are put in before any other code of the page runs. By default they are. */
  readonly install?: boolean;
}

/** The file that puts the web patches in. */
export const INSTALL_FILE = fileURLToPath(new URL('./install.js', import.meta.url));

/** Node's module with its two names, for which a page gets `throughline/async_hooks`. */
export const ASYNC_HOOKS = /^(?:node:)?async_hooks$/;
