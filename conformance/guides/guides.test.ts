/** Every program in the pages of `docs` and `site/content` prints what its page shows, on Node and in Chromium. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startNats } from '@throughline/testing/brokers';
import { isNotInstalled, startPostgres, startRedis } from '@throughline/testing/databases';
import { compileSnippets } from '../snippets/compile-snippets.js';
import { findGuides, type Snippet } from '../snippets/snippets.js';
import { type PackageHost, startPackageHost } from '../standalone/package-host.js';
import { type GuideProgram, type GuideServer, guideRuntimes, positionOf, readGuide } from './guide-programs.js';
import { runInPage, runOnNode, showsOutput } from './run-guide-program.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const startPages = readdirSync(join(root, 'site/content')).map((name) => `site/content/${name}`);
const guides = [...findGuides(root), ...startPages].map((page) => readGuide(root, page));
const programs = guides.flatMap((guide) => guide.programs);

// The secrets that the programs read.
process.env.SESSION_SECRET = randomBytes(32).toString('base64url');
process.env.SIGNING_SECRET = randomBytes(32).toString('base64url');
process.env.OLD_SIGNING_SECRET = randomBytes(32).toString('base64url');

/** How a server is started, and what is replaced in a program that needs it. */
const SERVERS = {
  redis: [startRedis, '6379', ''],
  postgres: [startPostgres, 'postgres@127.0.0.1', 'postgres@127.0.0.1:'],
  nats: [startNats, 'nats://127.0.0.1', 'nats://127.0.0.1:'],
} as const satisfies Record<GuideServer, unknown>;

const titleOf = (program: GuideProgram) => `${program.file} of ${positionOf(program)}`;
const isFor = (runtime: string) => (program: GuideProgram) => program.runsOn.some((one) => one === runtime);

describe('the programs for Node', { concurrency: 4 }, () => {
  for (const program of programs.filter(isFor('node'))) {
    const [need] = program.needs;
    test(`${titleOf(program)} prints what its page shows`, async (context) => {
      if (need === undefined) return runOnNode(program);
      const [start, address, replacement] = SERVERS[need];
      const server = await start();
      if (isNotInstalled(server)) return context.skip(server.reason);
      await using _server = server;
      const withPort = (code: string) => code.replaceAll(address, `${replacement}${server.port}`);
      const files = new Map([...program.files].map(([name, code]) => [name, withPort(code)]));
      await runOnNode({ ...program, files, code: withPort(program.code) });
    });
  }
});

describe('the programs for pages', () => {
  let host: PackageHost;
  before(async () => {
    host = await startPackageHost();
  });
  after(() => host?.close());
  for (const runtime of ['chromium', 'chromium without the transform'] as const) {
    for (const program of programs.filter(isFor(runtime))) {
      const isTransformed = runtime === 'chromium';
      test(`${titleOf(program)} prints what its page shows, in ${runtime}`, () =>
        runInPage(program, host, { isTransformed }));
    }
  }
});

test('a program has a first line with the name of its file, or a reason why it is not run', async () => {
  const fragments = guides.flatMap((guide) => guide.fragments).filter(({ language }) => language !== 'html');
  const snippets = fragments.filter(({ code }) => /^import |\brequire\(/m.test(code)) as Snippet[];
  const errors = await compileSnippets(snippets, 'bundler', { usesContext: false });
  const incomplete = new Set(errors.map(({ snippet }) => snippet));
  const whole = snippets.filter((snippet) => !incomplete.has(snippet)).map(positionOf);
  const remedy =
    'Name the file of the program in its first line, as in // orders.mjs, or state before the block why it is not run, ' +
    'as in <!-- not run: it needs a license key -->';
  assert.ok(whole.length === 0, `These blocks are whole programs. ${remedy}:\n${whole.join('\n')}`);
});

test('what runs the other programs exists, and reads their pages', () => {
  for (const { block, reason } of guides.flatMap((guide) => guide.runBy)) {
    const path = join(root, reason);
    assert.ok(existsSync(path), `${positionOf(block)}: there is no file ${reason}`);
    const [name = ''] = block.page.split('/').slice(-1);
    const text = readFileSync(path, 'utf8');
    assert.ok(text.includes(name.replace('.md', '')), `${positionOf(block)}: ${reason} does not contain ${name}`);
  }
});

test('each block is run, or has a reason', (context) => {
  const count = (items: readonly unknown[], what: string) => context.diagnostic(`${items.length} ${what}`);
  for (const runtime of guideRuntimes) count(programs.filter(isFor(runtime)), `programs for ${runtime}`);
  count(
    programs.filter((program) => !showsOutput(program)),
    'of these show nothing that they print: they must only end well',
  );
  count(
    guides.flatMap((guide) => guide.fragments),
    'fragments, which are only compiled',
  );
  count(
    guides.flatMap((guide) => guide.runBy),
    'blocks that other tests run',
  );
  for (const { block, reason } of guides.flatMap((guide) => guide.notRun)) {
    context.diagnostic(`${positionOf(block)} is not run: ${reason}`);
  }
});
