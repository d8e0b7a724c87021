const { createHash } = require('node:crypto');
const { transformSync, version } = require('esbuild');
const { pageScript, served } = require('../../scripts/page-script.cjs');

/** Types are checked by `npm run typecheck`; here they are only taken off. */
const options = { loader: 'ts', format: 'cjs', target: 'es2023', platform: 'node', sourcemap: 'inline' };
const optionsOf = (file) => (file === served ? { ...options, define: pageScript() } : options);

module.exports = {
  process: (source, sourcefile) => ({
    code: transformSync(source, { ...optionsOf(sourcefile), sourcefile }).code,
  }),
  getCacheKey: (source, file) =>
    createHash('sha256')
      .update([version, JSON.stringify(optionsOf(file)), file, source].join('\0'))
      .digest('hex'),
};
