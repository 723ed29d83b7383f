import { enterWith } from '../../flow.js';

export default defineEventHandler((event) => enterWith(getHeader(event, 'x-request-id')));
