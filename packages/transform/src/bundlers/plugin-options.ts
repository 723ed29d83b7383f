/** The options of all plugins. */
import { checkOptions } from '../check-options.js';
import { checkLibraryNames } from '../libraries/libraries-option.js';
import type { PageLibraries, Warn } from '../libraries/page-libraries.js';
import { GENERATOR_FRAMES, type TransformOptions } from '../transform.js';
import { DOCTOR_OPTIONS, type DoctorOptions, type PageDoctor } from './page-doctor.js';

/** The options of every plugin of this package. */
export interface PluginOptions extends Pick<TransformOptions, 'generators'> {
  /**
   * Whether code that is built for a server is transformed as well. Default: `false`, because servers follow `await`
   * themselves.
   */
  readonly server?: boolean;
  /** Whether the patches of `throughline/web` are installed before any other code of the page runs. Default: `true`. */
  readonly install?: boolean;
  /**
   * Whether libraries that leave their storage out of the build for browsers get it back, and packages for which that is
   * not possible are named. `false` turns both off, and `{ 'p-limit': false }` for one package. Default: `true`.
   */
  readonly libraries?: boolean | Readonly<Record<string, boolean>>;
  /**
   * Whether `@throughline/doctor` names the lines of the page where a flow was lost. Builds for production do not contain
   * it. `{ dependencies: true }` also checks functions of packages. Default: `false`.
   */
  readonly doctor?: boolean | DoctorOptions;
}

/** What the plugin for Vite shares with the plugins for workers and dependencies, so that each message appears once. */
export interface SharedLibraries {
  readonly libraries: PageLibraries;
  readonly warn: Warn;
  /** Known once Vite has resolved its configuration. Undefined without the option. */
  readonly doctor: PageDoctor | undefined;
}

export const SHARED_LIBRARIES = Symbol('libraries');

/** Options of a plugin that another plugin of this package creates. */
export interface InnerPluginOptions extends PluginOptions {
  readonly [SHARED_LIBRARIES]?: SharedLibraries;
}

const OWNER = 'the plugin of @throughline/transform';

/**
 * Checks the options of a plugin. Each plugin calls this when it is created, so that the stack trace leads to the
 * configuration.
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 */
export function checkPluginOptions(options: PluginOptions): void {
  checkOptions(OWNER, options, {
    generators: GENERATOR_FRAMES,
    server: 'boolean',
    install: 'boolean',
    libraries: 'boolean or booleans by name',
    doctor: DOCTOR_OPTIONS,
  });
  checkLibraryNames(OWNER, options.libraries);
}

/** Returns the options that are passed on to `transform()`. */
export function transformOptionsOf({ generators }: PluginOptions): Pick<TransformOptions, 'generators'> {
  return generators === undefined ? {} : { generators };
}
