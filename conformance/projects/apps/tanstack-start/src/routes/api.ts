import { createFileRoute } from '@tanstack/react-router';
import { flow } from '../flows.js';

export const Route = createFileRoute('/api')({
  server: { handlers: { GET: async () => new Response(await flow('api')) } },
});
