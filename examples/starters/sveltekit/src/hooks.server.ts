import type { Handle } from '@sveltejs/kit/hooks';
import { requestScope } from '@throughline/request/web';

type Arguments = Parameters<Handle>[0];

const handleInScope = requestScope((_request: Request, { event, resolve }: Arguments) => resolve(event));

export const handle: Handle = (input) => handleInScope(input.event.request, input);
