/**
 * `throughline/await`: the functions that code built with `@throughline/transform` calls around its suspensions. No
 * other code should call them. emitted-code.ts documents the methods of the objects that they return.
 */
import { current } from '../engine/current.js';

export { asyncCall } from './async-call.js';
export { delegateAsync, iterateAsync } from './async-iteration.js';
export { creationFrameGenerator } from './creation-frame-generator.js';
export { disposal } from './disposal.js';
export { generatorCall } from './generator-call.js';
export { guardedCall } from './guarded-call.js';
export { moduleEvaluation } from './module-evaluation.js';
export { suspendAndSchedule } from './scheduling.js';
export { delegateSync } from './sync-delegation.js';
export { unwrapResult, wrapOperand, wrapReturn } from './thenables.js';

// All transformed code imports this file.
current.isTransformed = true;
