// expects: shared work, another, line 9
/** A memoized function: all requests get the promise of the first, which asks with its own permissions. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import pMemoize from 'p-memoize';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const permissionsOf = async (team) => [team, requests.getStore().id];
const loadTeam = pMemoize(async (team) => {
  await wait(1);
  return permissionsOf(team);
});
await interleave(requests, async () => {
  await loadTeam('red');
});
