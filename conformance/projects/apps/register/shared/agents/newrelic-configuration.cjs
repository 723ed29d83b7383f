/** The agent reads this file instead of `newrelic.js`: NEW_RELIC_CONFIG_FILENAME has its name. */
exports.config = {
  app_name: ['app'],
  license_key: '0'.repeat(40),
  host: '127.0.0.1',
  port: Number(process.env.NEW_RELIC_PORT),
  certificates: [process.env.NEW_RELIC_CERTIFICATE],
  logging: { enabled: false },
  distributed_tracing: { enabled: true, sampler: { root: 'always_on' } },
  utilization: { detect_aws: false, detect_azure: false, detect_gcp: false, detect_docker: false },
};
