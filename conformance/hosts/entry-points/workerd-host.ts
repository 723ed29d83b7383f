/** The host for workerd: a worker that responds to `/<implementation>` with the results of all cases as JSON. */
import { chapters } from '../../cases/index.js';
import { loadImplementation } from '../../implementations.js';
import { runCases } from '../run-cases.js';

export default {
  async fetch(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    return Response.json(await runCases(await loadImplementation(name), chapters));
  },
};
