/** The same as `await.ts` for runtimes that follow `await` themselves, where it has nothing to do. */
export { disposal } from './disposal.js';

const same = <T>(value: T): T => value;
const second = <T>(_asyncCall: unknown, value: T): T => value;
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
  idleFlow as creationFrameGenerator,
  idleFlow as asyncCall,
  idleFlow as generatorCall,
  idleFlow as guardedCall,
  idleFlow as moduleEvaluation,
  same as unwrapResult,
  same as wrapOperand,
  same as wrapReturn,
  second as delegateAsync,
  second as iterateAsync,
  second as suspendAndSchedule,
  second as delegateSync,
};
