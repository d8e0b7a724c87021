import { AuthError, RefusedError, SettingsError } from '../../errors';
import type { System } from '../../http/target';
import type { NewActivity } from './activity';
import type { Content } from './content';
import type { VivaSettings } from './settings';
import { graphError, type StepAnswer } from './step';

export const succeeded = (answer: StepAnswer): answer is { status: number; body: unknown } =>
  'status' in answer && answer.status >= 200 && answer.status < 300;

export const isUnknownThere = (answer: StepAnswer): boolean => 'status' in answer && answer.status === 404;

/** The learner has no licence that this needs: nothing of the record or the settings is wrong. */
export const isUnlicensed = (answer: StepAnswer): boolean =>
  'status' in answer && answer.status === 403 && /user licen[cs]e/i.test(graphError(answer.body).message);

/** What Graph may find wrong; any other word of its own could be a person's. */
const fields: readonly string[] = [
  'title',
  'contentWebUrl',
  'languageTag',
  'externalId',
  'description',
  'duration',
  'thumbnailWebUrl',
  'sourceName',
  'contributors',
  'additionalTags',
  'createdDateTime',
  'lastModifiedDateTime',
  'status',
  'completionPercentage',
  'startedDateTime',
  'completedDateTime',
  'learningProviderId',
  'learningContentId',
  'learnerUserId',
  'externalcourseActivityId',
] satisfies (keyof Content | keyof NewActivity | 'externalId')[];

/** The field that Graph finds wrong, by its own name. */
export function fieldNamed(answer: StepAnswer): string | undefined {
  if (!('status' in answer)) return undefined;
  const [, named = ''] = /(?:input field |property ')(\w{1,64})/i.exec(graphError(answer.body).message) ?? [];
  return fields.find((field) => field.toLowerCase() === named.toLowerCase());
}

/**
 * What an answer that is no success means. Graph's own words are never passed on: they can hold an address.
 * @param permission that the call needs.
 * @returns a RefusedError when it is of this one record.
 */
export function refusalOf(
  answer: StepAnswer,
  permission: string,
  { name, credentialSettings }: System,
  { prefix }: Pick<VivaSettings, 'prefix'>,
): Error {
  if ('error' in answer) return answer.error;
  const { status } = answer;
  const { code, message, requestId } = graphError(answer.body);
  const field = fieldNamed(answer);
  const facts = [String(status), code, field && `the field ${field}`].filter(Boolean).join(', ');
  const isOfRecord = status !== 403 && !isOfProvider(status, message);
  // Records are listed by reason: what is of one alone would keep those apart that are repaired together.
  if (isOfRecord) return new RefusedError(`${name} refused the record (${facts})`, status, code);
  const why = requestId === undefined ? facts : `${facts}, request-id ${requestId}`;
  const wrongProvider = (what: string): SettingsError =>
    new SettingsError([{ setting: `${prefix}providerId`, message: `${what} (${why})` }]);
  if (status === 400) return wrongProvider('names no provider that is registered in this tenant');
  if (/provider is not valid/i.test(message))
    return wrongProvider('names a provider that takes no activities; set isCourseActivitySyncEnabled on it');
  if (/service plan/i.test(message))
    return new AuthError(`${name}: the tenant has no plan that includes Viva Learning (${why})`, status);
  return new AuthError(
    `${name} does not permit the call (${why}); give the app of ${credentialSettings} the application permission ${permission}`,
    status,
  );
}

const isOfProvider = (status: number, message: string): boolean =>
  status === 400 && /registrationId|provider isn.t enabled/i.test(message);
