import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePorts, opens, startAzurite } from '../../local/azurite';

test('ports that somebody took in the meantime are left to them: the emulator starts on others', async () => {
  const quicker = createServer((_, answer) => answer.end());
  await new Promise<void>((done) => quicker.listen(0, '127.0.0.1', done));
  const taken = (quicker.address() as AddressInfo).port;
  let asked = 0;
  const azurite = await startAzurite({ ports: 'free', location: 'temporary' }, async (howMany) => {
    const ports = await freePorts(howMany);
    return asked++ === 0 ? [ports[0], taken, ports[2]] : ports;
  });
  try {
    expect(asked).toBe(2);
    expect(azurite.ports).not.toContain(taken);
    expect(await opens(azurite.connectionString)).toBe(true);
  } finally {
    await azurite.stop();
    quicker.close();
  }
}, 60_000);
