// expects: two storages, missing, line 7
/** The context of Hono is imported by the application, and required by a module of it that is CommonJS. */
import { createRequire } from 'node:module';
import { Hono } from 'hono';
import { contextStorage } from 'hono/context-storage';

const { tryGetContext } = createRequire(import.meta.url)('hono/context-storage');
const app = new Hono();
app.use(contextStorage());
app.get('/:user', (context) => context.text(`Hello ${tryGetContext()?.req.param('user')}`));
await Promise.all(['ada', 'alan'].map((user) => app.request(`/${user}`)));
