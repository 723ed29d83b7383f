/** The libraries in the pages of one plugin: gives them their storage, and names those whose storage is missing. */
import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { type InstalledPackage, PackageFinder } from './installed-package.js';
import { isOn, type LibrariesOption } from './libraries-option.js';
import { type CuredFile, tryCure } from './library-cure.js';
import { COMPLETE_PACKAGES, findLibrary } from './library-table.js';
import { findOmittedStorage, type OmittedStorage } from './omitted-storage.js';
import { formatRange } from './version-range.js';

/** Passes a message on to the user of a bundler. */
export type Warn = (message: string) => void;

export class PageLibraries {
  readonly #option: LibrariesOption;
  readonly #packages = new PackageFinder();
  readonly #named = new Set<string>();

  /** @param option the option of the plugin; by default, all libraries are looked after */
  constructor(option: LibrariesOption = true) {
    this.#option = option;
  }

  /**
   * Edits a file of a page, if a library lacks its storage there.
   * @param file the absolute path
   * @returns the file as it is if there is nothing to edit, or if the library is not as the table expects
   */
  cure(file: string, code: string): CuredFile {
    const owner = this.#ownerOf(file);
    const cured = owner === undefined ? undefined : tryCure(owner, file, () => code);
    return cured === undefined || 'reason' in cured ? { code, begins: '' } : cured;
  }

  /**
   * Names the package of a file that is in a page, once, if its storage is missing.
   * @param file an absolute path
   */
  inspect(file: string, warn: Warn): void {
    const owner = this.#ownerOf(file);
    if (owner === undefined || this.#named.has(owner.manifest.name)) return;
    const message = messageAbout(owner, file);
    if (message === undefined) return;
    const { name } = owner.manifest;
    this.#named.add(name);
    warn(`${message}\nThe option libraries: { '${name}': false } of the plugin turns this off.`);
  }

  #ownerOf(file: string): InstalledPackage | undefined {
    // The modules of plugins have no path.
    const owner = this.#option === false || !isAbsolute(file) ? undefined : this.#packages.find(file);
    return owner !== undefined && isOn(this.#option, owner.manifest.name) ? owner : undefined;
  }
}

function messageAbout(owner: InstalledPackage, file: string): string | undefined {
  const { name, version = 'without a version' } = owner.manifest;
  const library = findLibrary(name);
  const cured = tryCure(owner, file, () => readFileSync(file, 'utf8'));
  if (cured !== undefined) {
    if (!('reason' in cured)) return undefined;
    const path = relative(owner.directory, file);
    return `${name} ${version} has changed: @throughline/transform cannot give ${path} its storage, because ${cured.reason}. ${CONSEQUENCE} Update @throughline/transform.`;
  }
  const omitted = Object.hasOwn(COMPLETE_PACKAGES, name) ? undefined : findOmittedStorage(owner, file);
  if (omitted === undefined) return undefined;
  const remedy =
    library === undefined
      ? `If ${omitted.onNode} runs in a page, resolve the import to it with an alias.`
      : `@throughline/transform gives it its storage in the versions ${formatRange(library.versions)}: install one of them, or update @throughline/transform.`;
  return `${name} ${version} leaves its storage out of the build for browsers: ${describe(omitted)}. ${CONSEQUENCE} ${remedy}`;
}

const CONSEQUENCE = 'What it keeps for a flow is missing after an await, or is that of another flow.';

function describe({ inPage, onNode }: OmittedStorage): string {
  const replacement = inPage ?? 'an empty module';
  return /^(?:node:)?async_hooks$/.test(onNode)
    ? `${replacement} replaces ${onNode}`
    : `${replacement} replaces ${onNode}, which imports async_hooks`;
}
