import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, der, integer, octets, oid, sequence, tagged, time, utf8, yes } from './der';

export const certificateKinds = ['good', 'expired', 'self-signed', 'wrong-host'] as const;
export type CertificateKind = (typeof certificateKinds)[number];

/** Key and certificate, PEM, as node's TLS servers take them. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority that lives as long as the process: its key is never written anywhere. */
export interface Authority {
  /** PEM, for `NODE_EXTRA_CA_CERTS` or a `ca` option. */
  readonly ca: string;
  /** A certificate for `localhost` and 127.0.0.1, or one that a careful caller must refuse. */
  issue(kind: CertificateKind): Identity;
}

const day = 86_400_000;

export function newAuthority(): Authority {
  const own = keyPair();
  const name = 'Sandbox CA (tests only)';
  const now = Date.now();
  const from = now - day;
  const to = now + 30 * day;
  return {
    ca: certificate({ subject: name, key: own.publicKey, issuer: name, signer: own.privateKey, from, to }),
    issue: (kind) => {
      const { publicKey: key, privateKey } = keyPair();
      const subject = 'Sandbox (tests only)';
      const host = kind === 'wrong-host' ? 'elsewhere.example.com' : 'localhost';
      const issuer = kind === 'self-signed' ? subject : name;
      const signer = kind === 'self-signed' ? privateKey : own.privateKey;
      const dates = kind === 'expired' ? { from: now - 9 * day, to: now - day } : { from, to };
      return {
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certificate({ subject, key, issuer, signer, ...dates, host }),
      };
    },
  };
}

const keyPair = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** X.509 v3 (RFC 5280), ECDSA with SHA-256. Without a host it is an authority's. */
function certificate(about: {
  readonly subject: string;
  readonly key: KeyObject;
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly from: number;
  readonly to: number;
  readonly host?: string;
}): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  // The first byte keeps the number positive.
  const serial = integer(Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    serial,
    algorithm,
    distinguished(about.issuer),
    sequence(time(about.from), time(about.to)),
    distinguished(about.subject),
    about.key.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...(about.host === undefined ? authorityMarks() : hostMarks(about.host)))),
  );
  const whole = sequence(body, algorithm, bits(sign('sha256', body, about.signer)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const distinguished = (name: string): Buffer => sequence(der(0x31, sequence(oid('2.5.4.3'), utf8(name))));

const extension = (id: string, critical: boolean, content: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [yes] : []), octets(content));

/** May sign certificates. */
const authorityMarks = (): Buffer[] => [
  extension('2.5.29.19', true, sequence(yes)),
  extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
];

/** Names the host; 127.0.0.1 goes along with localhost. */
function hostMarks(host: string): Buffer[] {
  const names = [der(0x82, Buffer.from(host))];
  if (host === 'localhost') names.push(der(0x87, Buffer.from([127, 0, 0, 1])));
  return [extension('2.5.29.19', true, sequence()), extension('2.5.29.17', false, sequence(...names))];
}
