/** Replies with what it receives. Its functions are checked too, so the doctor runs in the worker. */
const reply = (value) => [value].map((item) => item)[0];

self.onmessage = async ({ data }) => {
  await null;
  self.postMessage(reply(data));
};
