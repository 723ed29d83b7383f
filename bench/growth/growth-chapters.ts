/** The chapters of docs/growth.md, by workload of growth-suite.ts, in the order of the page. */
import type { GrowthChapter } from '../report/growth-page.js';

export const GROWTH_CHAPTERS: Readonly<Record<string, GrowthChapter>> = {
  storages: {
    heading: 'Storages',
    one: 'storage',
    text: '`run()` of one storage, in a flow in which 1 to 100,000 storages hold a value. The runtime’s own class is measured with at most 10,000: each value that it sets copies all others, so that setting 100,000 takes minutes.',
  },
  'storage-memory': {
    heading: 'Memory of storages',
    one: 'storage',
    text: 'What each of these storages takes: the storage, its value, and what the flow keeps of both. A storage of Throughline holds its first hundred values itself, so that a storage that becomes unreachable releases them; that takes memory, once per storage.',
  },
  libraries: {
    heading: 'Libraries',
    one: 'library',
    text: 'Processor time of a request to a Fastify server whose libraries have 1 to 12 storages. With four or more, the libraries call `run()` at least 32 times and `getStore()` 208 times in each request. Throughline is what `throughline/register` puts in place of the runtime’s own class.',
  },
  flows: {
    heading: 'Flows',
    one: 'flow',
    text: 'The time of one flow, from its `run()` to its end, while 1 to 1,000,000 flows are alive at once. Each has its own value, waits in an `await`, and reads the value before and after it. A single flow also pays for the promise that all flows wait for.',
  },
  'flow-memory': {
    heading: 'Memory of flows',
    one: 'flow',
    text: 'What each of these flows takes while it waits: its promises, its value, and its frame.',
  },
  sessions: {
    heading: 'Sessions',
    one: 'session',
    text: 'Processor time, of the server and of Redis together, for a request to Express that reads its session, while Redis holds 1 to 1,000,000 sessions. The peer is express-session with connect-redis, both with their default options.',
  },
};
