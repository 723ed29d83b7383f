import rTracer from 'cls-rtracer';
import express from 'express';
import { readFlow, runWith } from './flow.js';

const app = express();
app.use(rTracer.expressMiddleware({ useHeader: true }));
app.use((request, _response, next) => runWith(request.get('x-request-id'), next));
const handler = async (request, response) => {
  response.send(await readFlow('handler', request.get('x-request-id'), () => rTracer.id()));
};
app.get('/flow', handler);
app.post('/flow', express.json(), handler);
app.listen(Number(process.env.PORT), '127.0.0.1');
