/** The checks of all drivers on this Node, against real servers, compared with `docs/drivers.md`. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { drivers } from './clients/index.js';
import { withDatabaseServers } from './database-servers.js';
import { formatCell, nodeVersions, parseCells } from './drivers-page.js';
import { assertFixable, runDriver } from './run-driver.js';

test('drivers behave as docs/drivers.md documents, and each fix keeps what is lost without it', async (context) => {
  const key = nodeVersions.find((version) => version === `node${process.versions.node.split('.', 1)[0]}`);
  const page = await readFile(new URL('../../../docs/drivers.md', import.meta.url), 'utf8');
  const documented = key === undefined ? undefined : parseCells(page, key);
  if (documented === undefined) {
    context.diagnostic(`docs/drivers.md has no column for ${process.version}: results not compared`);
  }
  await withDatabaseServers(async (ports) => {
    for (const driver of drivers) {
      await context.test(driver.title, async (driverContext) => {
        const { checks } = await runDriver(driver, ports);
        if (typeof checks === 'string') {
          driverContext.skip(checks);
          return;
        }
        for (const check of checks) {
          const cell = documented?.get(`${driver.title}: ${check.name}`);
          // A dash means that the driver could not run when the page was generated: npm could neither download nor
          // compile better-sqlite3 for this version of Node.
          if (documented !== undefined && cell !== '–') {
            assert.equal(
              formatCell(check),
              cell,
              `${check.name}: if docs/drivers.md is outdated, npm run drivers updates it`,
            );
          }
          assertFixable(driver.title, check);
        }
      });
    }
  });
});
