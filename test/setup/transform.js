const { createHash } = require('node:crypto');
const { transformSync, version } = require('esbuild');

/** Types are checked by `npm run typecheck`; here they are only taken off. */
const options = { loader: 'ts', format: 'cjs', target: 'es2023', platform: 'node', sourcemap: 'inline' };

module.exports = {
  process: (source, sourcefile) => ({ code: transformSync(source, { ...options, sourcefile }).code }),
  getCacheKey: (source, file) =>
    createHash('sha256')
      .update([version, JSON.stringify(options), file, source].join('\0'))
      .digest('hex'),
};
