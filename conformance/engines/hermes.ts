/** Hermes: the virtual machine on which scripts run, and the compiler of today's React Native, which must accept them. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPackage, installPackage } from '../runtimes/install-runtime.js';
import { runForJson } from '../runtimes/run-for-json.js';
import { type AsyncSyntax, lowerForHermes } from './lower-for-hermes.js';

/** The last version of the virtual machine that npm has for Linux and macOS. */
const VIRTUAL_MACHINE = ['hermes-engine-cli', '0.12.0'] as const;

/**
 * The compiler that React Native installs. The virtual machine of its version is only part of the builds for phones: it
 * writes bytecode of version 99, and the other one reads version 89.
 */
const COMPILER = ['hermes-compiler', '260318099.0.8'] as const;

const platform = process.platform === 'darwin' ? 'osx-bin' : 'linux64-bin';

/**
 * The queue of jobs, which React Native enables since version 0.76. Without it, each reaction of a promise would be a
 * task of its own.
 */
const JOBS = '-Xmicrotask-queue';

export const [, hermesVersion] = VIRTUAL_MACHINE;

export async function installHermes(): Promise<void> {
  await Promise.all([installPackage(...VIRTUAL_MACHINE), installPackage(...COMPILER)]);
}

export const isHermesInstalled = (): boolean =>
  findPackage(...VIRTUAL_MACHINE) !== undefined && findPackage(...COMPILER) !== undefined;

/** Runs a script that is compiled with the preset of React Native. */
export async function evaluateInHermes(
  script: string,
  file: string,
  asyncSyntax: AsyncSyntax,
  timeoutMs: number,
): Promise<unknown> {
  return runInHermes(await lowerForHermes(script, asyncSyntax), file, timeoutMs);
}

/**
 * Runs a script as it is.
 * @param file where to write the script
 * @returns the value of the JSON that the script prints
 * @throws {Error} if the compiler of today's React Native rejects the script
 */
export async function runInHermes(script: string, file: string, timeoutMs: number): Promise<unknown> {
  await writeFile(file, script);
  await compileForHermes(file);
  const virtualMachine = await installPackage(...VIRTUAL_MACHINE);
  return runForJson(join(virtualMachine, platform, 'hermes'), ['-O', '-w', JOBS, file], timeoutMs);
}

/**
 * Compiles a script with the compiler of today's React Native, next to the script.
 * @throws {Error} if the compiler rejects the script
 */
export async function compileForHermes(file: string): Promise<void> {
  const compiler = await installPackage(...COMPILER);
  const bytecode = ['-O', '-w', '-emit-binary', '-out', join(dirname(file), 'script.hbc'), file];
  await promisify(execFile)(join(compiler, 'hermesc', platform, 'hermesc'), bytecode);
}

/** Runs a script whose syntax the virtual machine knows. The compiler of today's React Native is not asked. */
export async function runFileInHermes(file: string, timeoutMs: number): Promise<unknown> {
  const virtualMachine = await installPackage(...VIRTUAL_MACHINE);
  return runForJson(join(virtualMachine, platform, 'hermes'), ['-w', JOBS, file], timeoutMs);
}
