exports.startSentry = (Sentry) => {
  Sentry.init({ dsn: process.env.SENTRY_DSN, tracesSampleRate: 1 });
  // It sends spans after five seconds.
  setInterval(() => Sentry.flush(), 500).unref();
  globalThis.agent = {
    setId: (id) => Sentry.setTag('request', id),
    readId: () => Sentry.getIsolationScope().getScopeData().tags.request,
    readTrace: () => Sentry.getActiveSpan()?.spanContext().traceId,
  };
};
