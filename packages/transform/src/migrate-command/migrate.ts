#!/usr/bin/env node
/** The command `throughline-migrate`: moves a program from other libraries to Throughline. */
import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { UsageError } from '../command/parse-options.js';
import { type MigratedProgram, migrateProgram } from '../migration/migrate-program.js';
import { MIGRATE_HELP, type MigrateOptions, parseMigrateArguments } from './migrate-arguments.js';
import { dependencyCommands, type Manifest, Manifests, programOptionsOf } from './package-manifests.js';
import { printDiff, printLeftovers, printNotes } from './print-report.js';
import { hasUncommittedChanges, type Project, readProject } from './project-files.js';
import { writeAtomically } from './write-atomically.js';

process.exitCode = main(process.argv.slice(2));

/** @returns the exit code */
function main(args: string[]): number {
  try {
    const options = parseMigrateArguments(args);
    if (options === 'help') process.stdout.write(MIGRATE_HELP);
    else if (options === 'version') console.log(readVersion());
    else return migrate(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`throughline-migrate: ${error.message}\nSee throughline-migrate --help.`);
    return 2;
  }
}

function readVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

/** @returns the exit code */
function migrate(options: MigrateOptions): number {
  const started = performance.now();
  const project = readProject(options.inputs);
  const manifests = new Manifests();
  const inputs = project.files.filter(({ isInput }) => isInput);
  const manifestsOf = (paths: readonly string[]): Manifest[] => [
    ...new Set(paths.flatMap((path) => manifests.nearest(dirname(path)) ?? [])),
  ];
  const ownPackages = manifestsOf(project.files.map(({ absolutePath }) => absolutePath)).flatMap(
    ({ name, file }): [string, string][] =>
      name === undefined ? [] : [[name, relative(process.cwd(), dirname(file))]],
  );
  const program = migrateProgram(project.files, {
    ...programOptionsOf(manifestsOf(inputs.map(({ absolutePath }) => absolutePath))),
    ownPackages: new Map(ownPackages),
  });
  const changed = project.files.filter(({ path }) => program.outputs.has(path));
  const isWriting = options.mode === 'write' && changed.length > 0;
  if (isWriting && !options.isForced && hasUncommittedChanges(project, options.inputs)) {
    throw new UsageError(
      'git has uncommitted changes, so the changes of this command could not be reviewed or undone separately. Commit your changes first, or use --force.',
    );
  }
  const failures = [
    ...program.errors.map(({ message, frame }) => `${message}\n\n${frame}\n`),
    ...project.files.flatMap(({ path, problem }) => (problem === undefined ? [] : [`${path}: ${problem}`])),
    ...(options.mode === 'write' ? writeOutputs(project, program) : []),
  ];
  if (options.mode === 'dry-run') printDiff(project.files, program);
  for (const failure of failures) console.error(failure);
  if (options.mode !== 'dry-run') for (const { path } of changed) console.log(`${path}: ${verb(options)}`);
  if (changed.length > 0 && options.mode !== 'dry-run') console.log('');
  printLeftovers(program.leftovers, options.mode === 'write');
  printNotes(
    program,
    manifestsOf(changed.map(({ absolutePath }) => absolutePath)).map((manifest) => ({
      path: relative(process.cwd(), manifest.file),
      commands: dependencyCommands(manifest, program),
    })),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const counts = [`${changed.length} ${verb(options)}`, `${program.leftovers.length} left to do by hand`];
  if (failures.length > 0) counts.push(`${failures.length} failed`);
  console.log(`${inputs.length} ${inputs.length === 1 ? 'file' : 'files'}: ${counts.join(', ')}, in ${seconds} s`);
  if (options.mode === 'check') return changed.length > 0 || failures.length > 0 ? 1 : 0;
  return program.leftovers.length > 0 || failures.length > 0 ? 1 : 0;
}

function verb({ mode }: MigrateOptions): string {
  return mode === 'write' ? 'changed' : 'would change';
}

/** @returns a message for each file that could not be written */
function writeOutputs({ files }: Project, { outputs }: MigratedProgram): string[] {
  return files.flatMap(({ path, absolutePath }) => {
    const output = outputs.get(path);
    if (output === undefined) return [];
    try {
      writeAtomically(absolutePath, output);
      return [];
    } catch (error) {
      return [`${path}: not written. ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}
