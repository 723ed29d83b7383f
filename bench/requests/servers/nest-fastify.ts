import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Serve } from '../served.js';
import { serveNest } from './nest.js';

export const serve: Serve = (variant) => serveNest(new FastifyAdapter(), variant);
