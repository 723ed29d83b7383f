/**
 * The base of a class that adds a private field to objects that exist already. Its constructor returns the object that it
 * is called with, so `super(object)` makes that object the instance. Reflection does not show the field.
 */
export const ExistingObject = function returnObject(object: object): object {
  return object;
} as unknown as new (
  object: object,
) => object;
