// Calls what it is given when it has waited.
async function runLater(task) {
  await new Promise((resolve) => {
    setTimeout(resolve, 3);
  });
  return task();
}
window.runLater = runLater;
