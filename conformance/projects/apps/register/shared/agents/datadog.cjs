const tracer = require('dd-trace').init({ flushInterval: 100 });

globalThis.agent = { readTrace: () => tracer.scope().active()?.context().toTraceId() };
