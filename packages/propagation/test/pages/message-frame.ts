/** A page in a frame: sends back what it reads, and what the envelope carried. Its query states whom it believes. */
import { receive, send } from '@throughline/propagation/post-message';
import { readUser } from './page-values.js';

const parameters = new URLSearchParams(location.search);
const believed = parameters.get('believed');
const parentOrigin = parameters.get('parent') ?? location.origin;

receive(
  window,
  async (message, event) => {
    const carrier: unknown = event.data?.['@throughline/propagation'];
    const response = { ...(await readUser(message)), carried: Object.keys(carrier ?? {}) };
    send(parent, response, { targetOrigin: parentOrigin, to: [parentOrigin] });
  },
  believed === null ? {} : { origins: [believed] },
);
parent.postMessage('loaded', parentOrigin);
// What a page of another origin could send to make its parent believe it.
parent.postMessage({ '@throughline/propagation': { baggage: 'user=forged' }, message: 'forged' }, parentOrigin);
