// Awaits the result of an optional function, which is no promise.
window.mutate = async (options) => {
  const before = window.readUser();
  await options.onMutate?.();
  return [before, window.readUser()];
};
