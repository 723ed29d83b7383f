/** What a program can import: the packages that make sense in a page, and what compiled code imports. */
import * as doctor from '@throughline/doctor/page';
import * as propagation from '@throughline/propagation';
import * as request from '@throughline/request';
import * as throughline from 'throughline';
import * as asyncHooks from 'throughline/async_hooks';
import * as await_ from 'throughline/await';
import * as web from 'throughline/web';

export const modules = {
  throughline,
  'throughline/web': web,
  'throughline/async_hooks': asyncHooks,
  'node:async_hooks': asyncHooks,
  async_hooks: asyncHooks,
  '@throughline/request': request,
  '@throughline/propagation': propagation,
  '@throughline/doctor/page': doctor,
  'throughline/await': await_,
} as const;
