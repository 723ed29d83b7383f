/** What code built with `@throughline/transform` calls around its suspensions. Nobody else calls it. */
export { createdFlow as creationFrameGenerator, through as delegateSync } from './await/created-flow.js';
export { disposal } from './await/disposal.js';
export { flow as asyncCall, guardedFlow as guardedCall } from './await/flow.js';
export { generatorFlow as generatorCall } from './await/generator-flow.js';
export { handedOn as unwrapResult, handOn as wrapOperand, returned as wrapReturn } from './await/handed.js';
export { hold as suspendAndSchedule } from './await/hold.js';
export { moduleFlow as moduleEvaluation } from './await/module-flow.js';
export { all as delegateAsync, each as iterateAsync } from './await/steps.js';
