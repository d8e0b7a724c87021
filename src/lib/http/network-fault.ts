import { AuthError, PayloadError, RetryableError } from '../errors';
import type { ExchangeFailed } from './exchange';
import type { System } from './target';

/** What a failed attempt means: the error for the operator, and whether another attempt makes sense at once. */
export interface Fault {
  readonly error: Error;
  readonly retry: boolean;
}

/**
 * Says in one sentence why there was no answer. A certificate that cannot be trusted does not become better by
 * trying again, so it is an AuthError, at once.
 */
export function networkFault(failed: ExchangeFailed, system: System, base: URL, deadlineMs: number): Fault {
  const where = `${system.name} at ${base.origin}`;
  const setting = system.baseUrlSetting;
  const options = { cause: failed };
  const passing = (text: string): Fault => ({
    error: new RetryableError(`${where} ${text}`, undefined, options),
    retry: true,
  });
  const certificate = (text: string): Fault => ({
    error: new AuthError(`${where} ${text}`, undefined, options),
    retry: false,
  });

  switch (failed.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return passing(`has a host name that cannot be resolved; check ${setting}`);
    case 'ECONNREFUSED':
      return passing(`refuses connections; check ${setting} and that the system is up`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return passing(`cannot be reached; check ${setting} and the network in between`);
    case 'DEADLINE':
      return passing(`gave no full answer within ${deadlineMs / 1000} s; try again later`);
    case 'TOO_LARGE':
      return {
        error: new PayloadError(
          `${where} answered more than is read at once; ask for smaller pages`,
          options,
        ),
        retry: false,
      };
    case 'CERT_HAS_EXPIRED':
      return certificate(`shows a certificate that has expired; it must be renewed there`);
    case 'CERT_NOT_YET_VALID':
      return certificate(`shows a certificate that is not valid yet; check the clocks on both sides`);
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return certificate(
        `shows a self-signed certificate; install one of a known authority, or trust it by NODE_EXTRA_CA_CERTS`,
      );
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return certificate(
        `shows a certificate of an unknown authority; send the whole chain, or trust it by NODE_EXTRA_CA_CERTS`,
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return certificate(`shows a certificate for another host name; check ${setting}`);
    case 'CERT_REVOKED':
    case 'CERT_SIGNATURE_FAILURE':
    case 'CERT_UNTRUSTED':
      return certificate(
        `shows a certificate that cannot be trusted (${failed.code}); it must be replaced there`,
      );
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return passing(`does not speak TLS there; check the scheme and port of ${setting}`);
    default:
      return passing(`broke the connection before its answer was complete (${failed.code}); try again later`);
  }
}
