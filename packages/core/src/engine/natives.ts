/** The functions that the patches of web/ have put in place of others, each with the one that it replaces. */
export const natives = new WeakMap<object, object>();
