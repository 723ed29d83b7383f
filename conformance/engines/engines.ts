/** The JavaScript engines on which scripts run without a runtime around them: no page, no Node, no React Native. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runForJson } from '../runtimes/run-for-json.js';
import { evaluateInHermes, hermesVersion, installHermes, isHermesInstalled, runInHermes } from './hermes.js';
import { type AsyncSyntax, lowerForHermes } from './lower-for-hermes.js';
import { type QuickJSName, quickjsVariants, readQuickJSVersion } from './quickjs.js';

export interface Engine {
  /** The title of its column in the conformance tables. */
  readonly title: string;
  /** Whether `install()` has nothing to do. */
  isInstalled(): boolean;
  install(): Promise<void>;
  readVersion(): Promise<string>;
  /** @param file where the script can be written */
  evaluate(script: string, file: string): Promise<unknown>;
}

const TIMEOUT_MS = 120_000;

const hermes = (title: string, asyncSyntax: AsyncSyntax): Engine => ({
  title,
  isInstalled: isHermesInstalled,
  install: installHermes,
  readVersion: async () => hermesVersion,
  evaluate: (script, file) => evaluateInHermes(script, file, asyncSyntax, TIMEOUT_MS),
});

const quickjsProcess = fileURLToPath(new URL('quickjs-process.js', import.meta.url));

const quickjs = (name: QuickJSName): Engine => ({
  title: quickjsVariants[name].title,
  isInstalled: () => true,
  async install() {},
  readVersion: () => readQuickJSVersion(name),
  async evaluate(script, file) {
    await writeFile(file, script);
    return runForJson(process.execPath, [quickjsProcess, name, file], TIMEOUT_MS);
  },
});

export const engines = {
  hermes: hermes('Hermes', 'lowered'),
  hermesAsync: hermes('Hermes, native async', 'native'),
  quickjs: quickjs('quickjs'),
  quickjsng: quickjs('quickjsng'),
} satisfies Readonly<Record<string, Engine>>;

export type EngineName = keyof typeof engines;

/**
 * Runs a script, with the functions of `engine-globals.ts`, until it has no more jobs and timers.
 *
 * @param script prints JSON in its last line, with the function `print`
 * @returns the value of this JSON
 * @throws {Error} if the script throws, or prints something else
 */
export async function evaluateInEngine(name: EngineName, script: string): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    // As in a module, the code is strict.
    const strict = `'use strict';\n${await bundleGlobals()}\n${script}`;
    return await engines[name].evaluate(strict, join(directory, 'script.js'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Runs a script that a bundler has compiled for Hermes, as it is, after the functions of `engine-globals.ts`.
 *
 * @param script prints JSON in its last line, with the function `print`
 */
export async function runBundleInHermes(script: string): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    const globals = await lowerForHermes(await bundleGlobals(), 'lowered');
    return await runInHermes(`${globals}\n${script}`, join(directory, 'script.js'), TIMEOUT_MS);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function bundleGlobals(): Promise<string> {
  const entry = fileURLToPath(new URL('engine-globals.js', import.meta.url));
  const result = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', target: 'esnext' });
  return result.outputFiles[0]?.text ?? '';
}
