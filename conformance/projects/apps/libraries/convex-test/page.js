/** Functions of a backend that is simulated in the page. Each flow has a backend of its own. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { actionGeneric, anyApi, defineSchema, defineTable, mutationGeneric, queryGeneric } from 'convex/server';
import { v } from 'convex/values';
import { convexTest } from 'convex-test';
import { pause, runFlows } from './checks.js';

const storage = new AsyncLocalStorage();
const schema = defineSchema({ notes: defineTable({ flow: v.string(), seen: v.string() }) });

const add = mutationGeneric({
  args: { flow: v.string() },
  handler: async ({ db }, { flow }) => {
    await Promise.resolve();
    return db.insert('notes', { flow, seen: String(storage.getStore()) });
  },
});
const list = queryGeneric({
  args: {},
  handler: async ({ db }) => {
    const notes = await db.query('notes').collect();
    return { notes, seen: storage.getStore() };
  },
});
const work = actionGeneric({
  args: { flow: v.string() },
  handler: async ({ runMutation, runQuery }, { flow }) => {
    await pause();
    await runMutation(anyApi.notes.add, { flow });
    await pause();
    const { notes } = await runQuery(anyApi.notes.list, {});
    return { count: notes.length, seen: storage.getStore() };
  },
});
const modules = {
  './convex/notes.js': async () => ({ add, list, work }),
  './convex/_generated/api.js': async () => ({}),
};

runFlows((flow, check) =>
  storage.run(flow, async () => {
    const backend = convexTest(schema, modules);
    await backend.mutation(anyApi.notes.add, { flow });
    const { count, seen } = await backend.action(anyApi.notes.work, { flow });
    check('storage in an action', seen, flow);
    check('number of notes', count, 2);
    await Promise.all([1, 2, 3].map(() => backend.mutation(anyApi.notes.add, { flow })));
    const read = await backend.query(anyApi.notes.list, {});
    check('storage in a query', read.seen, flow);
    check('number of notes', read.notes.length, 5);
    for (const note of read.notes) {
      check('flow of a note', note.flow, flow);
      check('storage in a mutation', note.seen, flow);
    }
    check('storage after the backend', storage.getStore(), flow);
  }),
);
