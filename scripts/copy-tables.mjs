// Copies the app's tables to another storage account, for a move or a backup. Leases are not copied: they end by
// themselves. `node scripts/copy-tables.mjs <from> <to>`, each a table endpoint (signed in with `az login`) or a
// connection string. What is in the target is overwritten; nothing is deleted there.
import { TableClient } from '@azure/data-tables';
import { DefaultAzureCredential } from '@azure/identity';

const tables = [
  'feeds',
  'runs',
  'ledgercatalog',
  'ledgerlearners',
  'givenids',
  'inbox',
  'quarantine',
  'enrolments',
];

const [from, to] = process.argv.slice(2);
if (!from || !to || from === to) {
  console.error('Usage: node scripts/copy-tables.mjs <from> <to>, two table endpoints or connection strings');
  process.exit(1);
}

const connect = (account, table) =>
  account.startsWith('https://')
    ? new TableClient(account, table, new DefaultAzureCredential())
    : TableClient.fromConnectionString(account, table, { allowInsecureConnection: true });

// As they are stored: converted to JavaScript and back, a whole number could come out as another type.
async function copy(table) {
  const target = connect(to, table);
  await target.createTable();
  let rows = 0;
  for await (const row of connect(from, table).listEntities({ disableTypeConversion: true })) {
    const own = Object.entries(row).filter(([name]) => !/^(etag|timestamp|odata\..*)$/.test(name));
    await target.upsertEntity(Object.fromEntries(own), 'Replace');
    rows++;
  }
  return rows;
}

for (const table of tables) console.log(`${table}: ${await copy(table)} rows`);
