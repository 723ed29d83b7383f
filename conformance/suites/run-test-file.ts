/** Runs a test file of a suite in a separate process. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { startChild } from '@throughline/testing/processes';
import type { Preload } from './preloads.js';
import type { Outcome, Results } from './results.js';
import type { TestFile } from './suite.js';

export interface RunOptions {
  /** The path of Node's binary. */
  readonly node: string;
  /** What is loaded into the process. Undefined: nothing. */
  readonly preload: Preload | undefined;
  /** The folder for the report, and for what the process prints. */
  readonly logs: string;
}

/**
 * @returns the tests of its report. Without a report, or if the process fails although all tests pass, the file itself is
 *   a test
 */
export async function runTestFile(file: TestFile, options: RunOptions): Promise<Results> {
  const base = join(options.logs, file.name.replaceAll('/', '__'));
  mkdirSync(options.logs, { recursive: true });
  const report = `${base}.report`;
  const log = `${base}.log`;
  rmSync(report, { force: true });
  const hasPassed = await runProcess(file, report, log, options);
  const results = new Map(readReport(file, report));
  const hasFailure = [...results.values()].includes('failed');
  if (!hasPassed && !hasFailure) results.set(file.name, 'failed');
  else if (results.size === 0) {
    results.set(file.name, file.runner.isSkipped?.(readFileSync(log, 'utf8')) ? 'skipped' : 'passed');
  }
  return results;
}

function readReport({ runner, folder }: TestFile, report: string): Iterable<[string, Outcome]> {
  if (runner.parse === undefined || !existsSync(report)) return [];
  const text = readFileSync(report, 'utf8');
  // A process that was killed may have left an empty report.
  return text === '' ? [] : runner.parse(text, folder);
}

/** @returns whether it ended with exit code 0 */
async function runProcess(file: TestFile, report: string, log: string, options: RunOptions): Promise<boolean> {
  // Not a pipe: a grandchild that does not end would keep it open.
  const output = openSync(log, 'w');
  const child = startChild(options.node, file.runner.args(file, report), {
    cwd: file.folder,
    env: environment(options),
    stdio: ['ignore', output, output],
  });
  try {
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), file.runner.timeoutMs);
      const end = (hasPassed: boolean) => {
        clearTimeout(timer);
        resolve(hasPassed);
      };
      child.process.on('error', () => end(false));
      child.process.on('exit', (code) => end(code === 0));
    });
  } finally {
    await child.kill();
    closeSync(output);
  }
}

function environment({ node, preload }: RunOptions): NodeJS.ProcessEnv {
  // A test runner that is started by a test of Node would otherwise report to it, and write no report.
  const { NODE_TEST_CONTEXT: _context, NODE_V8_COVERAGE: _coverage, NODE_OPTIONS: _options, ...env } = process.env;
  const PATH = [dirname(node), env.PATH].join(delimiter);
  return { ...env, ...preload?.env, PATH, CI: 'true', NO_COLOR: '1' };
}
