import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { contextStorage } from 'hono/context-storage';
import { greet } from './greet.js';

const app = new Hono();
app.use(contextStorage());
app.use(async (context, next) => {
  context.set('user', context.req.header('x-user'));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
  await next();
});
app.get('/', async (context) => context.text(await greet()));
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(port));
