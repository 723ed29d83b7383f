/** The same as `await.ts` for runtimes that follow `await` themselves, where it has nothing to do. */
import { Disposal } from './await/disposal.js';

const same = <T>(value: T): T => value;
const nothing = (): void => {};

const idle = {
  off: same,
  on: same,
  end: nothing,
  back: nothing,
  give: same,
  took: same,
  each: same,
  all: same,
  disposal: () => new Disposal(),
};

const idleFlow = () => idle;

export {
  idleFlow as flow,
  idleFlow as generatorFlow,
  idleFlow as guardedFlow,
  idleFlow as moduleFlow,
  same as handedOn,
  same as handOn,
  same as returned,
};
