import { requestScope } from '@throughline/request/web';
import type { MiddlewareHandler, MiddlewareNext } from 'astro';

const nextInScope = requestScope((_request: Request, next: MiddlewareNext) => next());

export const onRequest: MiddlewareHandler = ({ request }, next) => nextInScope(request, next);
