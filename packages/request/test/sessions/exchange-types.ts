/** The types of what an adapter passes to `Sessions`, which the package does not export by name. */
import type { Sessions } from '@throughline/request';

export type Exchange = Parameters<Sessions['open']>[0];

export type PrepareHeaders = Parameters<Exchange['beforeHeaders']>[0];
