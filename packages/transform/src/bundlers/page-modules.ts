/** The modules that the plugins add to a page. */
import { fileURLToPath } from 'node:url';

/** The file that installs the patches of `throughline/web`. */
export const INSTALL_FILE = fileURLToPath(new URL('./install.js', import.meta.url));

/** Node's `async_hooks`, by both of its names. */
export const NODE_ASYNC_HOOKS = /^(?:node:)?async_hooks$/;

/** The module that replaces `async_hooks` in a page. */
export const ASYNC_HOOKS_SPECIFIER = 'throughline/async_hooks';
