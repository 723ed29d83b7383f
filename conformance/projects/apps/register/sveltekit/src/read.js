import { getRequestEvent } from '$app/server';
import { readFlow } from '../flow.js';

const readId = () => getRequestEvent().request.headers.get('x-request-id');

export const read = (part) => (readId() === null ? '' : readFlow(part, readId(), readId));
