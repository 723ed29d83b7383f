/** A folder with programs, whose node_modules contains this package, and processes that run there. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@throughline/doctor';

export interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PrintedReport {
  readonly findings: readonly Finding[];
  readonly unchecked: readonly { readonly file: string; readonly reason: string }[];
}

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
export const COMMAND = join(packageFolder, 'dist/command/throughline-doctor.js');
export const REGISTER = '--import=@throughline/doctor/register';

export class TestProject {
  /** The path of the folder. It is removed after the tests of the file. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<TestProject> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'throughline-doctor-')));
    after(() => rm(folder, { recursive: true, force: true }));
    await mkdir(join(folder, 'node_modules/@throughline'), { recursive: true });
    await symlink(packageFolder, join(folder, 'node_modules/@throughline/doctor'));
    return new TestProject(folder);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true });
      await writeFile(join(this.folder, name), content);
    }
  }

  /** Runs Node. @param options those of the doctor. Undefined: as without it */
  run(args: readonly string[], options?: object, env: NodeJS.ProcessEnv = {}): Promise<ProcessResult> {
    const variable = options === undefined ? {} : { THROUGHLINE_DOCTOR: JSON.stringify(options) };
    // With the coverage of these tests, the doctor would write source maps, and Node would format traces with them.
    // Node adds the variable unless it is there.
    const ownEnv = { ...process.env, NODE_V8_COVERAGE: undefined, NODE_NO_WARNINGS: '1', ...variable, ...env };
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: this.folder, env: ownEnv }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }
}

/** Reads what `--json` has printed after the output of the program. */
export function readReport(stdout: string): PrintedReport {
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{\n  "findings"')));
}

/** A program that loses its flow: the function `lose` is made in one flow and called in none. */
export const LOSSY = `
const { AsyncLocalStorage } = require('node:async_hooks');
const storage = new AsyncLocalStorage();
const make = () => () => storage.getStore();
function lose() {
  const read = storage.run(1, make);
  read();
}
`;
