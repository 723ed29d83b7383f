import { readFlow } from '../../flow.js';

const readId = () => getHeader(useEvent(), 'x-request-id');

export default defineEventHandler(() => readFlow('handler', readId(), readId));
