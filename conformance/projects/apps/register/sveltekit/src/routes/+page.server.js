import { read } from '../read.js';

export const load = async () => ({ loaded: await read('load'), streamed: read('streamed') });

export const actions = {
  default: async () => ({ result: await read('action') }),
};
