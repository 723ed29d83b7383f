import { FastifyAdapter } from '@nestjs/platform-fastify';
import { startNestServer } from './nest-server.js';
import type { StartServer } from './server-contract.js';

export const startServer: StartServer = (variant) => startNestServer(new FastifyAdapter(), variant);
