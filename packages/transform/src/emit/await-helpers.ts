/** The exports of `throughline/await`, which transformed code calls, and the two ways to reach them. */

/** The module that ES modules import and CommonJS modules require. */
export const HELPER_SPECIFIER = 'throughline/await';

/**
 * A classic script cannot import. It reads the helpers from the property `await` of a global object that all copies of
 * `throughline` share and that `throughline/await-script` fills. This is the key of its symbol, and the number is the
 * version of its layout.
 */
export const SHARED_OBJECT_KEY = 'throughline.1';

export const HELPER_NAMES = [
  'asyncCall',
  'guardedCall',
  'generatorCall',
  'moduleEvaluation',
  'creationFrameGenerator',
  'wrapOperand',
  'unwrapResult',
  'wrapReturn',
  'suspendAndSchedule',
  'iterateAsync',
  'delegateAsync',
  'delegateSync',
  'disposal',
] as const;

export type HelperName = (typeof HELPER_NAMES)[number];
