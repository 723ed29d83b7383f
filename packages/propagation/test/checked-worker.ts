/** Runs the checks in workerd for each request. */
import { checkRuntime } from './check-runtime.js';

export default {
  async fetch(): Promise<Response> {
    return new Response(await checkRuntime());
  },
};
