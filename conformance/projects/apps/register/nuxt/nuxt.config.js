export default {
  experimental: { asyncContext: true },
  nitro: { experimental: { asyncContext: true } },
};
