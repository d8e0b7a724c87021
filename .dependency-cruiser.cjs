/** Imports run one way: functions -> app -> sync, webhooks -> sources, destinations, store -> http, domain. */
const forbid = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    forbid('lib-not-functions', '^src/lib', '^src/(functions|cli|index)', 'The library knows no trigger.'),
    forbid('src-not-local', '^src', '^(local|sandbox|test|bench)', 'The app needs nothing of its workshop.'),
    forbid(
      'engine-not-app',
      '^src/lib/(sync|webhooks|sources|destinations|store|http|domain)',
      '^src/lib/(app|api)',
      'Only functions, api and cli use the composition root.',
    ),
    forbid(
      'sources-alone',
      '^src/lib/sources',
      '^src/lib/(destinations|sync|webhooks|store)',
      'A source knows no sink and no engine.',
    ),
    forbid(
      'destinations-alone',
      '^src/lib/destinations',
      '^src/lib/(sources|sync|webhooks|store)',
      'A sink knows no source and no engine.',
    ),
    forbid(
      'store-below',
      '^src/lib/store',
      '^src/lib/(sync|webhooks|sources|destinations)',
      'The store serves; it does not ask.',
    ),
    forbid(
      'http-below',
      '^src/lib/http',
      '^src/lib/(sync|webhooks|sources|destinations|store|app|api)',
      'HTTP knows nobody above it.',
    ),
    forbid(
      'slice-below-run',
      '^src/lib/sync/slice',
      '^src/lib/sync/run',
      'A slice does not know whose run it is part of.',
    ),
    forbid(
      'deliver-below',
      '^src/lib/sync/deliver',
      '^src/lib/sync/(run|slice)',
      'Who delivers does not ask who reads.',
    ),
    forbid(
      'browser-alone',
      '^src/lib/api/status/browser',
      '^(?!src/lib/api/status/browser)',
      'What runs in a browser needs nothing of the app.',
    ),
    forbid('domain-alone', '^src/lib/domain', '^src/lib/(?!domain)', 'The domain knows nobody.'),
    {
      name: 'functions-sdk',
      severity: 'error',
      comment: 'Only functions and the local host know @azure/functions.',
      from: { path: '^(src|sandbox)', pathNot: '^src/(functions|index)' },
      to: { path: 'node_modules/@azure/functions/' },
    },
    {
      name: 'azure-sdk',
      severity: 'error',
      comment: 'Only store and settings know other Azure packages.',
      from: { path: '^src', pathNot: '^src/lib/(store|settings)/' },
      to: { path: 'node_modules/@azure/(?!functions/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
