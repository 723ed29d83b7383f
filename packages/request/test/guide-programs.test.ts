/** Runs the programs of docs/request.md. Those in TypeScript are compiled. Only their port is replaced with a free one. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const page = readFileSync(new URL('../../../../docs/request.md', import.meta.url), 'utf8');

interface Program {
  /** The heading of the framework, with a number if there are several programs under it. */
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

/** The programs that users copy: the blocks whose first line names a file `server`. */
const programs = page
  .split(/^### /m)
  .slice(1)
  .flatMap((section): Program[] => {
    const [framework = ''] = section.split('\n', 1);
    const blocks = [...section.matchAll(/```(js|ts)\n(\/\/ server\.\1\n[\s\S]*?)```/g)];
    return blocks.map(([, language = '', code = ''], index) => ({
      title: index === 0 ? framework : `${framework} (${index + 1})`,
      language,
      code,
    }));
  });

/** The environment variables that the programs read. */
const environment = { ...process.env, SESSION_SECRET: randomBytes(32).toString('base64url') };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

test('docs/request.md has a program for each framework', () => {
  const titles = programs.map(({ title }) => title);
  assert.deepEqual(titles, ['node:http and http2', 'Express', 'Fastify', 'Koa', 'Hono', 'h3', 'Nest', 'Nest (2)']);
});

for (const { title, language, code } of programs) {
  test(`the program for ${title} responds with the id of the request`, async () => {
    const port = await freePort();
    // The file is written into this package, so that its imports of the package resolve.
    const folder = mkdtempSync(fileURLToPath(new URL('guide-program-', import.meta.url)));
    const file = join(folder, `server.${language}`);
    writeFileSync(file, code.replace('8080', `${port}`));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    if (language === 'ts') await compile(file);
    const child = spawn(process.execPath, [join(folder, 'server.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: environment,
    });
    let errorOutput = '';
    child.stderr.on('data', (text) => {
      errorOutput += text;
    });
    try {
      const response = await fetchUntilUp(`http://localhost:${port}/`, () => {
        if (child.exitCode !== null) throw new Error(`The program has exited: ${errorOutput}`);
      });
      assert.equal(response.status, 200);
      const id = response.headers.get('x-request-id') ?? '';
      assert.match(id, /^[\da-f-]{36}$/);
      assert.equal(await response.text(), `Hello from ${id}\n`);
    } finally {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true });
    }
  });
}

/** Compiles a program as a project of Nest does, with the types of decorated constructors at run time. */
async function compile(file: string): Promise<void> {
  const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc');
  const options = [
    '--ignoreConfig',
    '--strict',
    '--skipLibCheck',
    '--experimentalDecorators',
    '--emitDecoratorMetadata',
  ];
  const modules = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  await promisify(execFile)(process.execPath, [compiler, ...options, ...modules, file]).catch((error) =>
    assert.fail(error.stdout || error),
  );
}

/**
 * Repeats a request until the server listens.
 * @param assertRunning throws if the server will never listen
 */
async function fetchUntilUp(url: string, assertRunning: () => void): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url);
    } catch {
      assertRunning();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
