/** 300 requests in two processes write one session at once, in each store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNotInstalled } from '@throughline/testing/databases';
import { SharedSessions } from './contention.js';
import { STORE_NAMES } from './counted-stores.js';

for (const name of STORE_NAMES) {
  test(`${name}: all writers are saved, with at most five commands each`, { timeout: 120_000 }, async (context) => {
    const started = await SharedSessions.start(name);
    if (isNotInstalled(started)) {
      context.skip(started.reason);
      return;
    }
    await using shared = started;
    const { savedCount, writesInSession, commandsPerWrite } = await shared.measure(300);
    assert.deepEqual([savedCount, writesInSession], [300, 300]);
    assert.ok(commandsPerWrite <= 5, `${commandsPerWrite} commands for each write`);
  });
}
