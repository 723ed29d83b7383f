/**
 * Finds the files of a project: those of the git repository that contains the inputs, or else those of the package.
 *
 * The command reads the whole project even if it changes only some files, because files share the values of a library.
 * In a git repository, git lists the files, so that everything it ignores is left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { isInside } from '../command/input-files.js';
import { UsageError } from '../command/parse-options.js';
import type { ProgramFile } from '../migration/migrate-program.js';

export interface Project {
  /** The directory that contains all files. */
  readonly root: string;
  readonly isGitRepository: boolean;
  readonly files: readonly ProjectFile[];
}

export interface ProjectFile extends ProgramFile {
  readonly absolutePath: string;
  /** Why the file cannot be changed although it is an input; undefined if it can. */
  readonly problem: string | undefined;
}

const CODE_FILE = /\.[cm]?[jt]sx?$/;
/** Files that may contain code, which the command does not parse. */
const OTHER_FILE = /\.(?:vue|svelte|astro|mdx)$/;

/** @throws {UsageError} if an input does not exist */
export function readProject(inputs: readonly string[]): Project {
  const workingDirectory = realpathSync('.');
  const paths = inputs.map((input) => {
    if (!existsSync(input)) throw new UsageError(`No such file or directory: '${input}'.`);
    return realpathSync(input);
  });
  const first = paths[0] ?? workingDirectory;
  const firstDirectory = statSync(first).isDirectory() ? first : dirname(first);
  const repository = gitRootOf(firstDirectory);
  const root = repository ?? packageRootOf(firstDirectory);
  for (const [index, path] of paths.entries()) {
    if (path === root || isInside(path, root)) continue;
    throw new UsageError(`'${inputs[index]}' is not in ${root}. Run the command once for each project.`);
  }
  const listed = repository === undefined ? walk(root) : (listByGit(root) ?? walk(root));
  const all = new Set([...listed, ...paths.filter((path) => statSync(path).isFile())]);
  const files = [...all].sort().flatMap((absolutePath) => {
    const isCode = CODE_FILE.test(absolutePath);
    if (!isCode && !OTHER_FILE.test(absolutePath)) return [];
    if (!lstatSync(absolutePath, { throwIfNoEntry: false })?.isFile()) return [];
    const { code, problem } = readText(absolutePath);
    const isNamed = paths.some((path) => path === absolutePath || isInside(absolutePath, path));
    return [
      {
        path: relative(workingDirectory, absolutePath).replaceAll(sep, '/'),
        absolutePath,
        code,
        isInput: isNamed && isCode && problem === undefined,
        problem: isNamed && isCode ? problem : undefined,
      },
    ];
  });
  return { root, isGitRepository: repository !== undefined, files };
}

function readText(path: string): { code: string; problem: string | undefined } {
  const bytes = readFileSync(path);
  try {
    return { code: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), problem: undefined };
  } catch {
    return { code: bytes.toString('latin1'), problem: 'is not UTF-8. Convert it, and run the command again.' };
  }
}

/**
 * @returns undefined if the directory is not in a repository, or if git is not installed
 * @throws {UsageError} if git cannot read the repository
 */
function gitRootOf(directory: string): string | undefined {
  const { status, stdout, stderr, error } = spawnSync('git', ['rev-parse', '--show-toplevel'], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (status === 0) return realpathSync(stdout.replace(/\r?\n$/, ''));
  if (error !== undefined || stderr.includes('not a git repository')) return undefined;
  throw new UsageError(`git cannot read the repository of '${directory}': ${stderr.trim()}`);
}

/** The nearest directory with a package.json, or else the directory itself. */
function packageRootOf(directory: string): string {
  for (let current = directory; ; current = dirname(current)) {
    if (existsSync(join(current, 'package.json'))) return current;
    if (dirname(current) === current) return directory;
  }
}

function listByGit(root: string): string[] | undefined {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) return undefined;
  return stdout
    .split('\0')
    .filter((name) => name !== '' && !/(?:^|\/)node_modules\//.test(name))
    .map((name) => join(root, name));
}

function walk(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) return [];
    const path = join(directory, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** Whether git has changes below the inputs that are not committed. */
export function hasUncommittedChanges({ root, isGitRepository }: Project, inputs: readonly string[]): boolean {
  if (!isGitRepository) return false;
  const paths = inputs.map((input) => realpathSync(input));
  const { stdout } = spawnSync('git', ['status', '--porcelain', '--', ...paths], { cwd: root, encoding: 'utf8' });
  return stdout !== '';
}
