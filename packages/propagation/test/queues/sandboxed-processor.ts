/** A processor that BullMQ runs in a thread of its own. */
import { handleJob } from '@throughline/propagation/bullmq';
import type { SandboxedJob } from 'bullmq';
import { readLater } from './values.js';

export default handleJob(async (_: SandboxedJob) => readLater(), { trust: true });
