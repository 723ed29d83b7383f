import { ExpressAdapter } from '@nestjs/platform-express';
import type { Serve } from '../served.js';
import { serveNest } from './nest.js';

export const serve: Serve = (variant) => serveNest(new ExpressAdapter(), variant);
