import type { Secret } from '../settings/secret';
import type { Authorizer } from './http';
import { readForHeader } from './secret-header';

/** A token that was handed out once and is used until it is refused: then its secret is read again. */
export function staticTokenAuthorizer(secret: Secret, scheme: 'Bearer' | 'JWT' = 'Bearer'): Authorizer {
  return {
    headers: async () => ({ authorization: `${scheme} ${await readForHeader(secret)}` }),
    renew: () => secret.forget(),
  };
}
