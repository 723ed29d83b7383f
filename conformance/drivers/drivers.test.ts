/** The checks of all drivers on this Node, against real servers, compared with `docs/drivers.md`. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { drivers } from './clients/index.js';
import { withDatabaseServers } from './database-servers.js';
import { formatCell, formatFix, nodeVersions, parseDriversPage } from './drivers-page.js';
import { assertFixable, runDriver } from './run-driver.js';

const OUTDATED = 'if docs/drivers.md is outdated, npm run drivers updates it';

test('drivers behave as docs/drivers.md documents, and each fix keeps what is lost without it', async (context) => {
  const key = nodeVersions.find((version) => version === `node${process.versions.node.split('.', 1)[0]}`);
  const page = await readFile(new URL('../../../docs/drivers.md', import.meta.url), 'utf8');
  const documented = parseDriversPage(page);
  if (key === undefined) {
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
        const rows = documented.get(driver.title) ?? [];
        const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
        assert.deepEqual(names(rows), names(checks), OUTDATED);
        for (const [index, check] of checks.entries()) {
          const row = rows[index];
          const cell = key === undefined ? undefined : row?.cells[key];
          // A dash means that the driver could not run when the page was generated: npm could neither download nor
          // compile better-sqlite3 for this version of Node.
          if (cell !== undefined && cell !== '–') {
            assert.equal(formatCell(check), cell, `${check.name}: ${OUTDATED}`);
            if (cell !== 'kept') assert.equal(row?.fix, formatFix(check), `${check.name}: ${OUTDATED}`);
          }
          assertFixable(driver.title, check);
        }
      });
    }
  });
});
