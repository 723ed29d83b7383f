import { flow } from '#shared/flows.js';

export default defineEventHandler((event) => flow(event.method === 'GET' ? 'api' : 'action'));
