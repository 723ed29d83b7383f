/** Installs packages once for all projects that depend on the same ones. Each project has a copy of the folder. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProjectFolder } from './project.js';

export class SharedInstalls {
  readonly #folder: string;
  readonly #counts = new Map<string, number>();
  readonly #installed = new Map<string, Promise<string>>();

  /**
   * @param projects the projects that will be installed
   * @param folder a folder for what several of them need, which the caller removes
   */
  constructor(projects: readonly ProjectFolder[], folder: string) {
    this.#folder = folder;
    for (const project of projects) {
      const key = keyOf(project);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }

  /**
   * Provides a project with its `node_modules`.
   * @param target the folder of the project
   * @param install installs the packages of the project in a folder
   */
  async provide(project: ProjectFolder, target: string, install: (folder: string) => Promise<void>): Promise<void> {
    const key = keyOf(project);
    if ((this.#counts.get(key) ?? 0) < 2) return install(target);
    let installed = this.#installed.get(key);
    if (installed === undefined) {
      installed = this.#install(String(this.#installed.size), install);
      this.#installed.set(key, installed);
    }
    // Node's own cp() takes ten times as long for large folders.
    await promisify(execFile)('cp', ['-RP', join(await installed, 'node_modules'), target]);
  }

  async #install(name: string, install: (folder: string) => Promise<void>): Promise<string> {
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    await install(folder);
    return folder;
  }
}

/** What decides which packages are installed. Some have another file for each version of Node. */
function keyOf({ dependencies = {}, node, starter }: ProjectFolder): string {
  return JSON.stringify([dependencies, node, starter?.folder]);
}
