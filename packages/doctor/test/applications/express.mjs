/** Express with sessions, uploads and all databases. */
import express from 'express';
import session from 'express-session';
import multer from 'multer';
import { newRequest, requests, work } from './services.mjs';
import { sessionStore } from './session-store.mjs';

class Store extends session.Store {
  get = sessionStore.get;
  set = sessionStore.set;
  destroy = sessionStore.destroy;
}

const app = express();
app.use((_, __, next) => requests.run(newRequest(), next));
app.use(session({ secret: 's', resave: false, saveUninitialized: true, store: new Store() }));
const upload = multer({ storage: multer.memoryStorage() });
app.post('/', upload.single('file'), async (req, res) => {
  const { id } = requests.getStore();
  const visits = (req.session.visits ?? 0) + 1;
  req.session.visits = visits;
  const result = await work(req.file.size);
  res.on('finish', () => requests.getStore());
  res.json({ ...result, visits, isSame: requests.getStore().id === id });
});
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port));
