// expects: empty read, empty, line 9, from line 14
/** What an LRU cache disposes of is logged; a timer removes what is stale. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';

const requests = new AsyncLocalStorage();
const lines = [];
const log = (text) => {
  lines.push(`${requests.getStore()?.id}: ${text}`);
};
const sessions = new LRUCache({ max: 10, ttl: 1, dispose: (_, key) => log(`${key} was removed`) });
requests.run({ id: 1 }, () => log('request'));
sessions.set('a', {});
const timer = setInterval(() => sessions.purgeStale(), 2);
await new Promise((resolve) => setTimeout(resolve, 15));
clearInterval(timer);
