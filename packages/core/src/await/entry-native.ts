/** `throughline/await` for runtimes that carry frames across `await` themselves: nothing needs to be done there. */
import type { EmittedCreationFrameGenerator, EmittedGeneratorCall } from './emitted-code.js';

export { disposal } from './disposal.js';

const returnFirst = <T>(value: T): T => value;
const returnSecond = <T>(_call: unknown, value: T): T => value;
const doNothing = (): void => {};

export const runInRoot = (fn: () => void): void => fn();

const noopCall: EmittedGeneratorCall & EmittedCreationFrameGenerator = {
  off: returnFirst,
  on: returnFirst,
  end: doNothing,
  back: doNothing,
  give: returnFirst,
  giveHeld: returnFirst,
  took: returnFirst,
  leave: returnFirst,
  rest: (length, elements) => Object.assign(new Array(length), elements),
};

const createNoopCall = () => noopCall;

export {
  createNoopCall as asyncCall,
  createNoopCall as creationFrameGenerator,
  createNoopCall as generatorCall,
  createNoopCall as guardedCall,
  createNoopCall as moduleEvaluation,
  returnFirst as unwrapResult,
  returnFirst as wrapOperand,
  returnFirst as wrapReturn,
  returnSecond as delegateAsync,
  returnSecond as delegateSync,
  returnSecond as iterateAsync,
  returnSecond as suspendAndSchedule,
};
