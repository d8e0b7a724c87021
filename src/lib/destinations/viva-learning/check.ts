import { AuthError } from '../../errors';
import type { ClientDeps } from '../../http/client';
import type { Check } from '../kind';
import { Batches } from './batches';
import { activityByExternalIdUrl, contentsUrl } from './entities';
import { isUnknownThere, refusalOf, succeeded } from './refusals';
import type { VivaSettings } from './settings';
import type { StepAnswer } from './step';

/** Gets a token, and reads one of each thing that a sync needs: a permission that lacks is named. Nothing is written. */
export function checkViva(settings: VivaSettings, deps: ClientDeps): Check[] {
  const batches = new Batches(settings, deps);
  const read = (
    what: string,
    url: string,
    permission: string,
    seen: string,
    isFine: (answer: StepAnswer) => boolean = succeeded,
  ): Check => ({
    what,
    run: async (signal) => {
      const [answer] = await batches.run([{ method: 'GET', url }], { signal });
      if (answer && isFine(answer)) return seen;
      throw refusalOf(answer ?? { error: new AuthError('no answer') }, permission, batches.system, settings);
    },
  });
  return [
    {
      what: 'token',
      run: async (signal) => {
        await batches.signIn(signal);
        return `given (${settings.auth.type})`;
      },
    },
    read(
      'contents',
      `${contentsUrl(settings)}?$top=1`,
      'LearningContent.ReadWrite.All',
      'reads; whether it may write is seen at the first sync',
    ),
    read(
      'activities',
      activityByExternalIdUrl(settings, 'lms-bridge-check'),
      'LearningSelfInitiatedCourse.ReadWrite.All',
      'reads; whether it may write is seen at the first sync',
      (answer) => succeeded(answer) || isUnknownThere(answer),
    ),
    read('directory', '/users?$top=1&$select=id', 'User.ReadBasic.All', 'reads'),
  ];
}
