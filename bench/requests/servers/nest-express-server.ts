import { ExpressAdapter } from '@nestjs/platform-express';
import { serveNest } from './nest-server.js';
import type { Serve } from './server-contract.js';

export const serve: Serve = (variant) => serveNest(new ExpressAdapter(), variant);
