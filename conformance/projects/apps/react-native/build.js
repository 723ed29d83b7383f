/** Builds what `bundles.json` lists. Metro's cache is in the folder of the project, so it is removed with it. */
const { FileStore } = require('metro-cache');
const { loadConfig, runBuild } = require('metro');
const bundles = require('./bundles.json');

async function buildAll() {
  const cacheStores = [new FileStore({ root: `${__dirname}/.metro-cache` })];
  const config = { ...(await loadConfig({ cwd: __dirname })), cacheStores, reporter: { update() {} } };
  for (const { entry, platform, dev, profile, preservesAsync, out } of bundles) {
    await runBuild(config, {
      entry,
      platform,
      dev,
      minify: !dev,
      unstable_transformProfile: profile,
      customTransformOptions: preservesAsync ? { unstable_preserveAsync: 'true' } : {},
      out: `${__dirname}/${out}`,
    });
  }
}

buildAll().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
