/** The functions that transformed code imports, on the portable engine. */
export { asyncCall } from './async-call.js';
export { delegateAsync, iterateAsync } from './async-iteration.js';
export { creationFrameGenerator } from './creation-frame-generator.js';
export { disposal } from './disposal.js';
export { generatorCall } from './generator-call.js';
export { guardedCall } from './guarded-call.js';
export { moduleEvaluation } from './module-evaluation.js';
export { runInRoot } from './run-in-root.js';
export { suspendAndSchedule } from './scheduling.js';
export { delegateSync } from './sync-delegation.js';
export { unwrapResult, wrapOperand, wrapReturn } from './thenables.js';
