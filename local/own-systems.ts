/** What to read before the first sync of real systems. */
export function ownSystemsHint(url: string, timers: boolean): string {
  return [
    'Your own systems, from local.settings.json. Nothing was sent yet.',
    '',
    '  Try first what a sync would do, without sending anything:',
    `    curl -X POST ${url}/api/resync -H 'content-type: application/json' -d '{"dryRun": true}'`,
    `    curl ${url}/api/runs`,
    '',
    timers ? '  The timers are on.' : '  The timers are off. To sync on schedule:  npm start -- --timers',
    '',
  ].join('\n');
}
