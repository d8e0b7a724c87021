import type { PostOptions, NotTaken, NotTakenBecause } from '../destination';
import type { Batches } from './batches';
import type { CourseRecord } from './encode';
import { contentUrl, idIn } from './entities';
import type { KnownIds } from './known-ids';
import { refusalOf, succeeded } from './refusals';
import type { VivaSettings } from './settings';

/** Creates or replaces contents, a step each. */
export async function sendCourses(
  records: readonly CourseRecord[],
  { signal, fence, mayLandUntil }: PostOptions,
  { batches, ids, settings }: { batches: Batches; ids: KnownIds; settings: VivaSettings },
): Promise<NotTaken> {
  const steps = records.map(({ externalId, content }) => ({
    method: 'PATCH' as const,
    url: contentUrl(settings, externalId),
    body: content,
  }));
  const answers = await batches.run(steps, { signal, fence, mayLandUntil });
  const notTaken = new Map<number, NotTakenBecause>();
  const given = new Map<string, string>();
  for (const [place, answer] of answers.entries()) {
    if (!succeeded(answer)) {
      const error = refusalOf(answer, 'LearningContent.ReadWrite.All', batches.system, settings);
      notTaken.set(place, { error });
      continue;
    }
    const id = idIn(answer.body);
    const externalId = records[place]?.externalId;
    if (id !== undefined && externalId !== undefined) given.set(ids.content(externalId), id);
  }
  await ids.write(given);
  return notTaken;
}
