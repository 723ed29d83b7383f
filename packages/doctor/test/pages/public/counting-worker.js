self.onmessage = async ({ data }) => {
  const total = await Promise.resolve(data + 1);
  self.postMessage(total);
};
