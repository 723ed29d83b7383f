import { flow } from '#shared/flows';

export default defineEventHandler((event) => flow(event.method === 'GET' ? 'api' : 'action'));
