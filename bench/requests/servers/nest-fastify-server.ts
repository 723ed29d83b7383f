import { FastifyAdapter } from '@nestjs/platform-fastify';
import { serveNest } from './nest-server.js';
import type { Serve } from './server-contract.js';

export const serve: Serve = (variant) => serveNest(new FastifyAdapter(), variant);
