/** h3 with sessions, uploads and all databases. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { getCookie, H3, serve, setCookie } from 'h3';
import { newRequest, requests, work } from './services.mjs';
import { sessionStore } from './session-store.mjs';

const [getSession, setSession] = [promisify(sessionStore.get), promisify(sessionStore.set)];
const app = new H3();
app.use((_, next) => requests.run(newRequest(), next));
app.post('/', async (event) => {
  const { id } = requests.getStore();
  const sessionId = getCookie(event, 'session') ?? randomUUID();
  const session = (await getSession(sessionId)) ?? {};
  session.visits = (session.visits ?? 0) + 1;
  setCookie(event, 'session', sessionId);
  const form = await event.req.formData();
  const result = await work(form.get('file').size);
  await setSession(sessionId, session);
  return { ...result, visits: session.visits, isSame: requests.getStore().id === id };
});
const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true });
await server.ready();
process.send(Number(new URL(server.url).port));
