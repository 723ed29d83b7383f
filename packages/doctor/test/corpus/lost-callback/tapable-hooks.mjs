// expects: lost callback, another, line 14
/** Builds tap the hook of a shared compiler, and the build that ends first calls them all. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import tapable from 'tapable';
import { interleave } from '../flows.mjs';

const builds = new AsyncLocalStorage();
const done = new tapable.SyncHook(['stats']);
await interleave(builds, async (id) => {
  const warnings = [];
  const name = `build ${id}`;
  await new Promise((resolve) => {
    done.tap(name, (stats) => {
      warnings.push(`${stats} in ${builds.getStore()?.id}`);
      resolve();
    });
    if (id === 3) setTimeout(() => done.call('no errors'), 2);
  });
  await wait(1);
});
