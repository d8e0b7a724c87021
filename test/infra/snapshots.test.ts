import { hashInputs, readInputs } from '../../scripts/infra/inputs.cjs';
import { byDefault, infra, isolated } from './snapshots';

test('the snapshots are of the templates as they are now', () => {
  // Else: `npm run infra -- --update`, and look at what changed.
  expect(readInputs(infra)).toEqual(hashInputs(infra));
});

test('a preview of a deployment names every resource', () => {
  for (const { text } of [byDefault, isolated]) {
    const names = [...text.matchAll(/^ {6}"name": "(.*)"/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(30);
    // The names of private DNS zones depend on the cloud.
    expect(names.filter((name) => /reference\(|parameters\(/.test(name))).toEqual([]);
    expect(text).not.toContain('Microsoft.Resources/deployments');
  }
});

test('a preview names the secrets that are written, and shows none', () => {
  expect(
    isolated.resources('Microsoft.KeyVault/vaults/secrets').map(({ name }) => name.split('/')[1]),
  ).toEqual(['ld-subscription-key', 'openedx-client-secret']);
  expect(isolated.text).not.toContain('made-up');
});
