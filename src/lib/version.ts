import { version } from '../../package.json';

export { version };

/** Sent with every call, so that a vendor can tell who asks. */
export const userAgent = `lms-bridge/${version}`;
