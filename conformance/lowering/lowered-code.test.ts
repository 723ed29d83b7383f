/**
 * Pages of code that each build tool has lowered to its oldest target load in Chromium, no flow reads the value of
 * another, and the tables in docs/transform.md state what the tool keeps. `npm run lowering` runs all targets.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { bundle } from '../web/test-pages.js';
import { buildLoweredPage, COMBINATIONS } from './lowered-pages.js';
import { statesOldestTarget } from './lowering-tables.js';
import { LOWERING_TOOLS } from './lowering-tools.js';
import { type LoweredPages, openLoweredPages } from './run-lowered-pages.js';

let pages: LoweredPages;

before(async () => {
  pages = await openLoweredPages();
});
after(async () => {
  await pages?.close();
});

for (const combination of COMBINATIONS) {
  test(`${combination}: every page loads, and no flow reads the value of another`, async () => {
    const page = await readFile(new URL('../../../docs/transform.md', import.meta.url), 'utf8');
    for (const tool of LOWERING_TOOLS) {
      const result = await pages.run(combination, tool, tool.targets[0] ?? '');
      const build = `${result.tool.title}, ${result.target}`;
      assert.equal(result.await, combination === 'lowered, intercepted' ? 'intercepted' : 'transformed', build);
      for (const [construct, outcome] of Object.entries(result.outcomes)) {
        assert.notEqual(outcome, 'another', `${build}: ${construct}`);
        if (combination === 'transformed, then lowered') assert.equal(outcome, 'kept', `${build}: ${construct}`);
      }
      assert.ok(statesOldestTarget(page, result), `${build}: docs/transform.md is out of date. Run npm run lowering.`);
    }
  });
}

for (const [title, target] of [
  ['esbuild', 'ES2015'],
  ['SWC', 'ES5'],
  ['TypeScript', 'ES2017'],
  ['Babel, preset-env', 'ES2017'],
  ['Rolldown (oxc)', 'ES2016'],
]) {
  const tool = LOWERING_TOOLS.find((candidate) => candidate.title === title);

  test(`${title} lowers the files of a program to ${target} after the transform, but not those of Throughline`, async () => {
    assert.ok(tool);
    const options = { isThroughlineExcluded: true };
    const { outcomes } = await pages.run('transformed, then lowered', tool, target ?? '', options);
    assert.deepEqual([...new Set(Object.values(outcomes))], ['kept'], JSON.stringify(outcomes));
  });

  test(`generators run in the frame of their creation after ${title} has lowered them to ${target}`, async () => {
    assert.ok(tool);
    const { outcomes } = await pages.run('transformed, then lowered', tool, target ?? '', { generators: 'creation' });
    const { 'one generator, several flows': shared, ...others } = outcomes;
    assert.equal(shared, 'another', 'the shared generator runs in the flow that has created it');
    assert.deepEqual([...new Set(Object.values(others))], ['kept'], JSON.stringify(others));
  });
}

test('a lowered copy of Throughline leaves the async generators of another copy to that', async () => {
  const [esbuild] = LOWERING_TOOLS;
  assert.ok(esbuild);
  const [lowered, notLowered] = await Promise.all(
    ['ES2015', 'ESNext'].map((target) => buildLoweredPage('transformed, then lowered', esbuild, target)),
  );
  const { outcomes } = (await pages.evaluate(lowered ?? '', notLowered ?? '')) as { outcomes: Record<string, string> };
  assert.deepEqual([...new Set(Object.values(outcomes))], ['kept'], JSON.stringify(outcomes));
});

// regenerator only lowers async functions, of which the patches have none.
for (const tool of LOWERING_TOOLS.filter(({ title }) => title !== 'regenerator')) {
  const [target = ''] = tool.targets;

  test(`the web patches keep their flows after ${tool.title} has lowered them to ${target}`, async () => {
    const code = await bundle(`import { install } from 'throughline/web';
import { findLostFlows } from '../web/lost-flows.js';
const { report } = install();
globalThis.result = findLostFlows().then((lost) => ({ lost, await: report.await }));`);
    assert.deepEqual(await pages.evaluate(await tool.lower(code, target)), { lost: [], await: 'intercepted' });
  });
}
