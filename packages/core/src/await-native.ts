/** The same as `await.ts` for runtimes that follow `await` themselves, where it has nothing to do. */
export { disposal } from './await/disposal.js';

const same = <T>(value: T): T => value;
const second = <T>(_flow: unknown, value: T): T => value;
const nothing = (): void => {};

const idle = {
  off: same,
  on: same,
  end: nothing,
  back: nothing,
  give: same,
  giveHeld: same,
  took: same,
  leave: same,
  rest: (length: number, parts: object): unknown[] => Object.assign(new Array(length), parts),
};

const idleFlow = () => idle;

export {
  idleFlow as createdFlow,
  idleFlow as flow,
  idleFlow as generatorFlow,
  idleFlow as guardedFlow,
  idleFlow as moduleFlow,
  same as handedOn,
  same as handOn,
  same as returned,
  second as all,
  second as each,
  second as hold,
  second as through,
};
