// A script that the page links to: a task that runs for a user, and for the page itself.
window.runTask = async (gate) => {
  const before = window.readUser();
  await gate;
  return [before, window.readUser()];
};
