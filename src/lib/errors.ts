/** One thing that is wrong with one setting. */
export interface SettingsProblem {
  readonly setting: string;
  readonly message: string;
}

/** Settings that cannot be used. Carries every problem, so that all can be corrected at once. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly SettingsProblem[]) {
    super(problems.map((problem) => `${problem.setting} ${problem.message}`).join('; '));
  }
}

/** Credentials or permissions that a remote system does not accept. Trying again does not help. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  constructor(
    message: string,
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A fault that may pass: the network, a time-out, 429, 5xx. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  constructor(
    message: string,
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The remote system understood and said no. `status` is what it answered, `code` its own name for the reason. */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError';
  /** The system's own words for it, where they are known to name nobody. */
  readonly reason?: string;
  constructor(
    message: string,
    readonly status: number,
    readonly code?: string,
    options?: ErrorOptions & { readonly reason?: string },
  ) {
    super(message, options);
    if (options?.reason !== undefined) this.reason = options.reason;
  }
}

/**
 * The destination has not got what the record refers to. The record itself is good: it waits in quarantine, and says
 * nothing of the source's format.
 */
export class NotThereYetError extends RefusedError {
  override readonly name: string = 'NotThereYetError';
}

/** An answer that is not what it should be: HTML, cut short, of the wrong shape, fewer rows than it counts. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

/**
 * An answer that is none: HTML, an empty body, text that is not JSON. From a system that has answered well before it
 * passes (a gateway's maintenance page); as the first answer it means a wrong address.
 */
export class OddAnswerError extends PayloadError {
  constructor(
    message: string,
    /** As errors name it, e.g. `source openedx`. */
    readonly system: string,
  ) {
    super(message);
  }
}

/** The system asks for a pause that is too long to sleep through: the work reschedules itself until then. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
  constructor(
    message: string,
    /** Milliseconds since 1970. */
    readonly until: number,
  ) {
    super(message);
  }
}

/** The lease on the work ran out or belongs to another worker: nothing more may be sent or recorded for it. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** Someone else wrote the row first. Read it again and decide anew. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** The operator ended the run. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** A source that cannot do what was asked: 501 at the door. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** Input that cannot be used, by the name of the field. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  constructor(
    readonly field: string,
    message: string,
    /** At the door: 400 when it means nothing, 422 when it means what cannot be honoured. */
    readonly status: 400 | 422 = 422,
  ) {
    super(message);
  }
}

/** A source or a destination that the settings do not name. Another worker's may, as while a version is rolled out. */
export class NotNamedError extends InputError {
  override readonly name = 'NotNamedError';
}

/** Some messages go on from the field's name, others are whole. */
export const inputSentence = ({ field, message }: Pick<InputError, 'field' | 'message'>): string =>
  /^[a-z]/.test(message) ? `${field} ${message}` : message;

/** One sentence for the operator, whatever was thrown. */
export const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
