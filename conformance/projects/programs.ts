/** The programs of the projects: each uses a storage, the scope of a request and an entry point of each package. */

/** What each program prints. */
export const OUTPUT = '7 first acme';

const BODY = `
const storage = new AsyncLocalStorage();
function demo() {
  return storage.run(7, async () => {
    install();
    await new Promise((resolve) => setTimeout(resolve, 1));
    return withRequestScope({ id: 'first', tenant: 'acme' }, async () => {
      await undefined;
      return [storage.getStore(), getRequestScope().id, getRequestScope().tenant].join(' ');
    });
  });
}`;

export const ES_MODULE = `import { AsyncLocalStorage } from 'throughline';
import { install } from 'throughline/web';
import { getRequestScope, withRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
${BODY}
export { demo, requestScope };
`;

export const COMMONJS_MODULE = `const { AsyncLocalStorage } = require('throughline');
const { install } = require('throughline/web');
const { getRequestScope, withRequestScope } = require('@throughline/request');
const { requestScope } = require('@throughline/request/http');
${BODY}
module.exports = { demo, requestScope };
`;

/** The compiler checks that a field of the application has its type wherever the scope is read. */
export const TYPESCRIPT_MODULE = `import { AsyncLocalStorage as NodeAsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import { AsyncContext, AsyncLocalStorage, AsyncResource } from 'throughline';
import { executionAsyncId } from 'throughline/async_hooks';
import 'throughline/global';
import { install, type Uninstall } from 'throughline/web';
import { getRequestScope, type RequestScope, session, withRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';

declare module '@throughline/request' {
  interface RequestScope {
    tenant?: string;
  }
}

const storage = new AsyncLocalStorage<number>();
const locale = new AsyncContext.Variable({ defaultValue: 'en' });
const resource: AsyncResource = new AsyncResource('Test');
// @ts-expect-error the type of a resource is a string
export const wrongResource = () => new AsyncResource(5);

export function demo(): Promise<string> {
  return storage.run(7, async () => {
    const uninstall: Uninstall = install();
    uninstall();
    await new Promise((resolve) => setTimeout(resolve, 1));
    return withRequestScope({ id: 'first', tenant: 'acme' }, async () => {
      await undefined;
      const scope: RequestScope = getRequestScope();
      const language: string = locale.get();
      if (language !== 'en' || executionAsyncId() !== 0 || resource.asyncId() <= 0) throw new Error('wrong value');
      const id: number | undefined = storage.getStore();
      const tenant: string | undefined = scope.tenant;
      return [id, scope.id, tenant].join(' ');
    });
  });
}

// A subclass needs no second type argument, and the classes of Node and of this package can replace each other.
class Numbers extends AsyncLocalStorage<number> {}
export const nodeStorage: NodeAsyncLocalStorage<number> = new Numbers();
export const ownStorage: AsyncLocalStorage<number> = new NodeAsyncLocalStorage<number>();

export const server = createServer(requestScope((request, response) => response.end(request.url)));
export const options = () => ({ session: sessions({ secret: process.env.SESSION_SECRET }) });
export const add = () => session().update('cart', (cart = []) => [...cart, 'book']);
`;

/** A test in the style of Jest, Vitest and Mocha with the functions of Jest as globals. */
export const TEST_BODY = `
test('the value and the scope are found after await', async () => {
  expect(await demo()).toBe('${OUTPUT}');
});
`;
