import {
  AuthError,
  InputError,
  inputSentence,
  OddAnswerError,
  PayloadError,
  RefusedError,
  RetryableError,
  sentence,
  SettingsError,
  UnsupportedError,
  WaitError,
} from '../errors';
import { LearnerBusyError } from './perform';

/** Why an enrolment failed, as one sentence and the HTTP status that stands for it. Names nobody. */
export interface Failure {
  readonly status: number;
  readonly error: string;
}

/** @returns undefined for what nobody expected. */
export function failureOf(error: unknown): Failure | undefined {
  const status = statusFor(error);
  if (status === undefined) return undefined;
  if (error instanceof InputError) return { status, error: inputSentence(error) };
  const reason = error instanceof RefusedError ? error.reason : undefined;
  return { status, error: reason ?? sentence(error) };
}

/** The vendor's own no keeps its status where that means something to the caller. */
function statusFor(error: unknown): number | undefined {
  if (error instanceof RefusedError) {
    if (error.status === 400) return 422;
    return [404, 409, 422].includes(error.status) ? error.status : 502;
  }
  if (error instanceof InputError) return 422;
  if (error instanceof SettingsError) return 500;
  if (error instanceof UnsupportedError) return 501;
  if (error instanceof AuthError || error instanceof PayloadError) return 502;
  if (error instanceof LearnerBusyError) return 409;
  if (error instanceof RetryableError && error.cause instanceof OddAnswerError) return 502;
  if (error instanceof RetryableError || error instanceof WaitError) return 503;
  return undefined;
}
