/**
 * Examples of docblocks and READMEs as programs: each runs in its own process, and what it prints is compared with its comments.
 *
 * | Comment in the example                        | What is compared with `text`                                |
 * | --------------------------------------------- | ----------------------------------------------------------- |
 * | `console.log(x); // text`, `log.info(x); // text` | one line that the program prints, in the order of the lines |
 * | `// curl localhost:8080 prints: text`         | the body of the response to a request of the test           |
 *
 * `...` in a text stands for anything. The port 8080 is replaced with a free one.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort, startChild } from '../processes/index.js';

/** A program that has not ended or responded by then fails, in milliseconds. */
const TIME_LIMIT = 30_000;

/** Returns the code of each `@example` in the text of a docblock. */
export function examplesOf(docblock: string): string[] {
  return [...docblock.matchAll(/^@example\n([\s\S]*?)(?=^@|(?![\s\S]))/gm)].map(([, code = '']) => code.trimEnd());
}

/** Returns the lines that an example must print, according to its comments. */
export function expectedLines(code: string): string[] {
  return [...code.matchAll(/\b(?:console\.(?:log|info|debug)|log(?:\.\w+)?)\(.*\/\/ (.*)$/gm)].map(
    ([, comment = '']) => comment,
  );
}

/** Returns the body that the server of an example must respond with, or undefined if it starts no server. */
export function expectedResponse(code: string): string | undefined {
  return /^\/\/ curl localhost:8080 prints: (.*)$/m.exec(code)?.[1];
}

export interface RunOptions {
  /** The folder from which the imports of the program are resolved. */
  readonly folder: string;
  /** Options of Node for the process. */
  readonly nodeOptions?: readonly string[];
  /** The name of the file that the program is saved as while it runs. Default: it is not saved, but evaluated. */
  readonly file?: string;
  /** Converts the program to JavaScript. Default: the program is JavaScript already. */
  readonly toJavaScript?: (code: string) => string;
}

/**
 * Runs an example, and kills it once its server has responded.
 * @throws {AssertionError} if the program fails, or if its output or its response differs from its comments
 */
export async function runExample(code: string, options: RunOptions): Promise<void> {
  const { folder, nodeOptions = [], file, toJavaScript } = options;
  const port = await findFreePort();
  const program = (toJavaScript?.(code) ?? code).replaceAll('8080', String(port));
  if (file !== undefined) writeFileSync(join(folder, file), program);
  const source = file === undefined ? ['--input-type=module', '--eval', program] : [file];
  const child = startChild(process.execPath, [...nodeOptions, ...source], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errorOutput = '';
  child.process.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.process.stderr?.on('data', (chunk) => {
    errorOutput += chunk;
  });
  const closed = once(child.process, 'close', { signal: AbortSignal.timeout(TIME_LIMIT) });
  try {
    const response = expectedResponse(code);
    if (response === undefined) {
      const [exitCode] = await closed;
      assert.equal(exitCode, 0, `The example fails:\n${code}\n${errorOutput}`);
    } else {
      const hasExited = () => child.process.exitCode !== null;
      const body = await fetchUntilUp(`http://localhost:${port}/`, hasExited, () => errorOutput);
      assertMatches(body.trimEnd(), response, `The server of the example responds something else:\n${code}`);
    }
    // Nest reports on standard output that its server has started.
    if (response !== undefined && expectedLines(code).length === 0) return;
    assertMatches(
      output.trimEnd(),
      expectedLines(code).join('\n'),
      `The example prints something else:\n${code}\n${errorOutput}`,
    );
  } finally {
    closed.catch(() => {});
    await child.kill();
    if (file !== undefined) rmSync(join(folder, file));
  }
}

/** Compares texts, of which the expected one may contain `...` for anything. */
function assertMatches(actual: string, expected: string, message: string): void {
  const parts = expected.split('...').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  if (!new RegExp(`^${parts.join('.*')}$`).test(actual)) assert.equal(actual, expected, message);
}

/** Repeats a request until the server listens, and returns the body of the response. */
async function fetchUntilUp(url: string, hasExited: () => boolean, readErrorOutput: () => string): Promise<string> {
  const timeout = AbortSignal.timeout(TIME_LIMIT);
  for (;;) {
    try {
      return await (await fetch(url, { signal: timeout })).text();
    } catch (error) {
      if (hasExited()) throw new Error(`The example has ended: ${readErrorOutput()}`);
      if (timeout.aborted) throw error;
      await delay(50);
    }
  }
}
