import { createServer } from 'node:http';
import { initTRPC } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { readFlow, runWith } from './flow.js';

const t = initTRPC.context().create();
const router = t.router({
  query: t.procedure.query(({ ctx }) => readFlow('query', ctx.id, () => ctx.id)),
  mutation: t.procedure.mutation(({ ctx }) => readFlow('mutation', ctx.id, () => ctx.id)),
  subscription: t.procedure.subscription(async function* ({ ctx }) {
    for (const part of ['first', 'second', 'third']) yield await readFlow(part, ctx.id, () => ctx.id);
  }),
});
const idOf = (request) => request.headers['x-request-id'];
const handler = createHTTPHandler({ router, createContext: ({ req }) => ({ id: idOf(req) }) });
createServer((request, response) => {
  runWith(idOf(request), handler, request, response);
}).listen(Number(process.env.PORT), '127.0.0.1');
