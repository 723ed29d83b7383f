import { flow } from '../flows.js';

export const load = async () => ({ rendered: await flow('render') });

export const actions = {
  default: async () => ({ result: await flow('action') }),
};
