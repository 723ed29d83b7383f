import { join } from 'node:path';
import {
  AngularNodeAppEngine,
  createNodeRequestHandler,
  isMainModule,
  writeResponseToNodeResponse,
} from '@angular/ssr/node';
import express from 'express';
import { flow } from './flows.js';

const engine = new AngularNodeAppEngine();
const app = express();
app.get('/api', async (_request, response) => {
  response.send(await flow('api'));
});
app.post('/api', async (_request, response) => {
  response.send(await flow('action'));
});
app.use(express.static(join(import.meta.dirname, '../browser'), { index: false }));
app.use(async (request, response, next) => {
  const rendered = await engine.handle(request);
  if (rendered === null) next();
  else await writeResponseToNodeResponse(rendered, response);
});
if (isMainModule(import.meta.url)) app.listen(Number(process.argv[2]));

export const reqHandler = createNodeRequestHandler(app);
