/** What code built with `@throughline/transform` calls around its suspensions. Nobody else calls it. */

export { flow as asyncCall, guardedFlow as guardedCall } from './async-call.js';
export { all as delegateAsync, each as iterateAsync } from './async-iteration.js';
export { createdFlow as creationFrameGenerator, through as delegateSync } from './creation-frame-generator.js';
export { disposal } from './disposal.js';
export { generatorFlow as generatorCall } from './generator-call.js';
export { moduleFlow as moduleEvaluation } from './module-evaluation.js';
export { hold as suspendAndSchedule } from './scheduling.js';
export { handedOn as unwrapResult, handOn as wrapOperand, returned as wrapReturn } from './thenables.js';
