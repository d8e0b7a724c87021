import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { startAzure } from '../../sandbox/azure';
import { secretReader } from '../../src/lib/settings/vault';

/** What a process of its own sees of a secret that changes twice; as JSON on standard output. */
async function main(): Promise<void> {
  const azure = await startAzure();
  setDefaultCACertificates([...getCACertificates('default'), azure.ca]);
  process.env.IDENTITY_ENDPOINT = azure.identityEndpoint;
  process.env.IDENTITY_HEADER = azure.state.options.identityHeader;
  let now = Date.now();
  azure.state.putSecret('clocked', 'one');
  const secret = secretReader(azure.url, { now: () => now })('LMS__khalibre__webhookSecret', 'kv:clocked');
  const seen = [await secret.read()];
  azure.state.putSecret('clocked', 'two');
  seen.push(await secret.readAgain());
  azure.state.putSecret('clocked', 'three');
  now += 29_000;
  seen.push(await secret.readAgain(), await secret.read());
  now += 1_001;
  seen.push(await secret.readAgain(), await secret.read());
  console.log(JSON.stringify({ seen, reads: azure.state.reads.clocked }));
  await azure.stop();
}

void main().then(() => process.exit(0));
