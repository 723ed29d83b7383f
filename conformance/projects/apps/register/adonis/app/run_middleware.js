import { runWith } from '../flow.js';

export default class RunMiddleware {
  handle({ request }, next) {
    return runWith(request.header('x-request-id'), next);
  }
}
