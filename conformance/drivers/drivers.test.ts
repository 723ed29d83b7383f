/** The drivers on this Node, against real servers, compared with what `docs/drivers.md` says of it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { withServers } from './database-servers.js';
import { cellOf, cellsOf, nodes } from './drivers-page.js';
import { checkFix, drivers, runDriver } from './run-driver.js';

test('the drivers keep what docs/drivers.md says, and each fix mends what is lost', async (context) => {
  const key = nodes.find((name) => name === `node${process.versions.node.split('.', 1)[0]}`);
  const text = await readFile(new URL('../../../docs/drivers.md', import.meta.url), 'utf8');
  const said = key === undefined ? undefined : cellsOf(text, key);
  if (said === undefined)
    context.diagnostic(`docs/drivers.md says nothing of ${process.version}: results not compared`);
  await withServers(async (servers) => {
    for (const driver of drivers) {
      await context.test(driver.title, async (part) => {
        const { checks } = await runDriver(driver, servers);
        if (typeof checks === 'string') {
          part.skip(checks);
          return;
        }
        for (const check of checks) {
          const cell = said?.get(`${driver.title}: ${check.name}`);
          // Nothing was known of it there: better-sqlite3 is compiled for one version of Node.
          if (said !== undefined && cell !== '–') {
            assert.equal(
              cellOf(check),
              cell,
              `${check.name}: where docs/drivers.md is old, npm run drivers writes it anew`,
            );
          }
          checkFix(driver.title, check);
        }
      });
    }
  });
});
