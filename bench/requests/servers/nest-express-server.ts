import { ExpressAdapter } from '@nestjs/platform-express';
import { startNestServer } from './nest-server.js';
import type { StartServer } from './server-contract.js';

export const startServer: StartServer = (variant) => startNestServer(new ExpressAdapter(), variant);
