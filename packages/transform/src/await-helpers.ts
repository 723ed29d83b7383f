/** What transformed code calls: the exports of `throughline/await`. Nothing else in this package spells their names. */

/** The module that transformed code imports. */
export const HELPER_SPECIFIER = 'throughline/await';

/**
 * A classic script cannot import. It finds the same helpers in the property `await` of the object that
 * `throughline/await-script` leaves under this global symbol. The number is the version of that object's layout.
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
