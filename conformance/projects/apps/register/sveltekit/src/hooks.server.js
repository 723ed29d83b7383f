import { runWith } from '../flow.js';

export const handle = ({ event, resolve }) => runWith(event.request.headers.get('x-request-id'), resolve, event);
