import { HttpContext } from '@adonisjs/core/http';
import router from '@adonisjs/core/services/router';
import server from '@adonisjs/core/services/server';
import { readFlow } from '../flow.js';

server.use([() => import('../app/run_middleware.js'), () => import('@adonisjs/core/bodyparser_middleware')]);
const handler = ({ request }) =>
  readFlow('handler', request.header('x-request-id'), () => HttpContext.getOrFail().request.header('x-request-id'));
router.get('/', () => '');
router.get('/flow', handler);
router.post('/flow', handler);
