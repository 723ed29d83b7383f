/**
 * Examples of docblocks, READMEs and guides as programs: each runs in its own process, and what it prints is compared
 * with its comments.
 *
 * | Comment in the example                            | What is compared with `text`                                |
 * | ------------------------------------------------- | ----------------------------------------------------------- |
 * | `console.log(x); // text`, `log.info(x); // text` | one line that the program prints, in the order of the lines |
 * | `// curl localhost:8080/path prints: text`        | the body of the response to a request of the test           |
 *
 * `...` in a text stands for anything. The port 8080 is replaced with a free one. The requests are sent one after the
 * other.
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

export interface ExpectedResponse {
  /** The path of the request, with the query. */
  readonly path: string;
  readonly body: string;
}

/** Returns what the server of an example must respond to the requests of its comments. If it starts none, it has none. */
export function expectedResponses(code: string): ExpectedResponse[] {
  return [...code.matchAll(/^\/\/ curl '?localhost:8080([^ ']*)'? prints: (.*)$/gm)].map(
    ([, path = '', body = '']) => ({
      path,
      body,
    }),
  );
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
  /** The runtime, and its arguments before the file. Default: this Node. */
  readonly runtime?: { readonly path: string; readonly args: readonly string[] };
  /** What the program must print. Default: what its comments show. */
  readonly output?: string;
  /** Whether the program can print anything, as a test does for its runner. Default: false. */
  readonly ignoresOutput?: boolean;
}

/**
 * Runs an example, and kills it once its server has responded.
 * @throws {AssertionError} if the program fails, or if its output or its response differs from its comments
 */
export async function runExample(code: string, options: RunOptions): Promise<void> {
  const { folder, nodeOptions = [], file, toJavaScript, runtime = { path: process.execPath, args: [] } } = options;
  const port = await findFreePort();
  const program = (toJavaScript?.(code) ?? code).replaceAll('8080', String(port));
  if (file !== undefined) writeFileSync(join(folder, file), program);
  const source = file === undefined ? ['--input-type=module', '--eval', program] : [file];
  const child = startChild(runtime.path, [...runtime.args, ...nodeOptions, ...source], {
    cwd: folder,
    // Node's test runner sets a variable that makes a program with tests of its own report to it.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
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
  const expectedOutput = (options.output ?? expectedLines(code).join('\n')).trimEnd();
  try {
    const responses = expectedResponses(code);
    if (responses.length === 0) {
      const [exitCode] = await closed.catch((error) => assert.fail(`The example does not end:\n${code}\n${error}`));
      assert.equal(exitCode, 0, `The example fails:\n${code}\n${errorOutput}`);
    } else {
      const hasExited = () => child.process.exitCode !== null;
      for (const { path, body } of responses) {
        const actual = await fetchUntilUp(`http://localhost:${port}${path}`, hasExited, () => errorOutput);
        assertMatches(actual.trimEnd(), body, `The server of the example responds something else:\n${code}`);
      }
      // Nest reports on standard output that its server has started.
      if (expectedOutput === '') return;
      // The server may print after it has responded.
      const timeLimit = Date.now() + 5000;
      while (!matches(output.trimEnd(), expectedOutput) && Date.now() < timeLimit) await delay(20);
    }
    if (options.ignoresOutput) return;
    assertMatches(output.trimEnd(), expectedOutput, `The example prints something else:\n${code}\n${errorOutput}`);
  } finally {
    closed.catch(() => {});
    await child.kill();
    if (file !== undefined) rmSync(join(folder, file));
  }
}

/** Compares texts, of which the expected one may contain `...` for anything in a line. */
function assertMatches(actual: string, expected: string, message: string): void {
  if (!matches(actual, expected)) assert.equal(actual, expected, message);
}

function matches(actual: string, expected: string): boolean {
  const parts = expected.split('...').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(actual);
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
