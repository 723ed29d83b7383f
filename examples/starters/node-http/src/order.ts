/** What a request does. No function is passed the user, or the id of the request. */
import { getRequestScope } from '@throughline/request';
import { log } from './log.ts';

declare module '@throughline/request' {
  /** The fields of this application, in addition to `id`, `method`, `path` and the others that every scope has. */
  interface RequestScope {
    user?: string;
  }
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Orders an item for the user of the current request. */
export async function order(item: string): Promise<string> {
  log.info(`${item} ordered`);
  await pause(200); // another user orders in the meantime
  log.info(`${item} packed`);
  return `${item} for ${getRequestScope().user}\n`;
}
