import { destinationKinds, kindOfFirst } from '../destinations/registry';
import { firstDestination } from '../domain/feed';
import { sourceKinds } from '../sources/registry';
import { appDefinitions } from './definitions';
import { destinationKindNames, destinationPrefix, kindDefinition } from './read-destinations';
import type { Definitions } from './read-group';
import { sharedSourceDefinitions } from './read-sources';

/** docs/settings.md, made from the definitions that the settings are read by. */
export function settingsDoc(): string {
  return `# Settings

<!-- Made by \`npm run docs\` from src/lib/settings/definitions.ts and the settings.ts of each kind of
     source and destination. Change it there. -->

The app takes its settings from the environment: app settings in Azure, \`Values\` of \`local.settings.json\` on your
machine. What the environment sets beats the file. \`__\` separates the levels of a name; names are case-sensitive.
A name that is unknown below \`LMS__\`, \`LD__\` or \`DEST__\` is an error, and any other that is nearly a setting's (\`LMS_SOURCE\`)
a warning, so that a misspelt one does not go unseen.

Secrets may be given as they are, or as \`kv:NAME\`: then the secret \`NAME\` of the vault at \`KEY_VAULT_URL\` is read
with the app's identity, kept for ten minutes, and read again as soon as it is refused. So a secret that changes in
the vault needs no restart.

Wrong settings do not stop the host: \`/api/health\` is 503, the other routes answer 500 with every problem, the
command line exits 1. What is wrong with one source, or one of several destinations,
stops that one alone. \`npm run check\` tries them all.

## The app

${rows('', appDefinitions)}
Times of schedules are UTC, in six fields: second, minute, hour, day, month, day of the week.

## Each source

\`<id>\` is one of \`LMS_SOURCES\`. These are every source's; its kind (${Object.keys(sourceKinds)
    .map((name) => `\`${name}\``)
    .join(', ')}) has more.

${rows('LMS__<id>__', sharedSourceDefinitions)}
${Object.entries(sourceKinds)
  .map(([name, { title, definitions, credentials }]) => {
    const needs = credentials.length > 0 ? ` It needs ${credentials.map(both).join(', or ')}.` : '';
    const own = Object.keys(definitions).length > 0 ? `\n${rows('LMS__<id>__', definitions)}` : '';
    return `### \`${name}\`\n\n${title}.${needs}\n${own}`;
  })
  .join('\n')}
## Each destination

\`<id>\` is one of \`DESTINATIONS\`. The one that is called \`ld\` is the L&D services; its settings begin with
\`LD__\` in place of \`DEST__ld__\`, and it needs no \`kind\`.

${rows('DEST__<id>__', { kind: { ...kindDefinition.kind, doc: `What it is: ${destinationKindNames.map((name) => `\`${name}\``).join(', ')}. Not for \`ld\`.` } })}
${Object.entries(destinationKinds)
  .map(([name, { title, definitions }]) => {
    const prefix = name === kindOfFirst ? destinationPrefix(firstDestination) : 'DEST__<id>__';
    return `### \`${name}\`\n\n${title}.\n\n${rows(prefix, definitions)}`;
  })
  .join('\n')}
Another Entra than the public one (a national cloud) is named by \`AZURE_AUTHORITY_HOST\`, as for the Azure SDK.
`;
}

const both = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' and ');

function rows(prefix: string, definitions: Definitions): string {
  const cells = Object.entries(definitions).map(([name, { default: standard, required, secret, doc }]) => [
    `\`${prefix}${name}\``,
    required ? '**required**' : standard ? `\`${standard}\`` : '',
    (secret ? `${doc} May be \`kv:NAME\`.` : doc).replaceAll('|', '\\|'),
  ]);
  const heads = ['setting', 'left out', 'meaning'];
  // As wide as the formatter makes them.
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[], fill = ' '): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0, fill)).join(' | ')} |\n`;
  return [line(heads), line(['', '', ''], '-'), ...cells.map((row) => line(row))].join('');
}
