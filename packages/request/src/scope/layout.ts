/**
 * The number of the layout of everything that copies of this package share in one process: the storage and the class of
 * the scopes, the property that holds the scope of an object, and the mark of a function that is held. A version that
 * changes one of them so that another version would misread it changes the number, which is a part of each key. Copies
 * of different layouts then share nothing.
 */
export const LAYOUT = 1;
