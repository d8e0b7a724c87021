import {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
} from '@azure/identity';
import { RetryableError } from '../../src/lib/errors';
import { storageError } from '../../src/lib/store/storage';

test.each([
  new AggregateAuthenticationError([new Error('one\nof many'), new Error('another')], 'None\nworked'),
  new AuthenticationError(400, { error: 'invalid_client', error_description: 'a\npage' }),
  new AuthenticationRequiredError({ scopes: ['https://storage.azure.com/.default'] }),
  new CredentialUnavailableError('Nobody\nis signed in'),
])('a sign-in that fails is told in one sentence: %p', (error) => {
  const told = storageError(error);
  expect(told).toBeInstanceOf(RetryableError);
  expect((told as Error).message).toBe(
    'No Azure credential was accepted for the storage account; sign in (az login), or run with a managed identity',
  );
  expect((told as Error).cause).toBe(error);
});
