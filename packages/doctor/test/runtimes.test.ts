/** The doctor in other runtimes than Node, if `npm run test:all` has installed them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LOSSY, type ProcessResult, readReport, TestProject } from './test-project.js';

const REGISTER = '@throughline/doctor/register';
const project = await TestProject.create();
await project.write({
  'package.json': '{ "type": "module", "dependencies": { "@throughline/doctor": "*" } }',
  'main.ts': `import lossy from './lossy.cjs';
import { AsyncLocalStorage } from 'node:async_hooks';
lossy();
const requests = new AsyncLocalStorage<number>();
const handle = (queue: (() => unknown)[]): void => { queue.push((): unknown => requests.getStore()); };
const queue: (() => unknown)[] = [];
requests.run(1, () => handle(queue)); requests.run(2, () => queue[0]?.());
console.log((() => { return [1].map(() => requests); }).toString(), /main\\.ts:\\d+:\\d+/.exec([0].map(() => new Error('here').stack)[0] ?? '')?.[0]);
`,
  'lossy.cjs': `${LOSSY}module.exports = lose;`,
});

function binaryOf(name: string): string {
  return fileURLToPath(new URL(`../../../../.runtimes/${name}/node_modules/.bin/${name}`, import.meta.url));
}

function run(name: string, args: readonly string[]): Promise<ProcessResult> {
  const env = { ...process.env, NO_COLOR: '1', THROUGHLINE_DOCTOR: '{"format":"json"}' };
  return new Promise((resolve) => {
    execFile(binaryOf(name), args, { cwd: project.folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function skipUnlessInstalled(name: string): string | false {
  return !existsSync(binaryOf(name)) && `${name} is not installed in .runtimes: npm run test:all installs it`;
}

test('Deno: ES modules and CommonJS modules are checked', { skip: skipUnlessInstalled('deno') }, async () => {
  const alone = await run('deno', ['run', '-A', 'main.ts']);
  const { stdout, stderr } = await run('deno', ['run', '-A', '--preload', `npm:${REGISTER}`, 'main.ts']);
  assert.ok(stdout.startsWith(alone.stdout), `${stdout}\n${stderr}\n${alone.stdout}${alone.stderr}`);
  const found = readReport(stdout).findings.map(({ severity, places: [place] }) => {
    return `${severity} ${place?.file.slice(project.folder.length + 1)}:${place?.line}`;
  });
  assert.deepEqual(found, ['another main.ts:5', 'missing lossy.cjs:4']);
});

test('Bun is refused with the reason', { skip: skipUnlessInstalled('bun') }, async () => {
  const { code, stderr } = await run('bun', ['--preload', REGISTER, 'main.ts']);
  assert.equal(code, 1);
  assert.match(stderr, /The doctor cannot check a program in Bun, which shows inserted code to the program/);
});
