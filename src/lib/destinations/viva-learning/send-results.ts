import { NotThereYetError, PayloadError } from '../../errors';
import type { PostOptions, NotTaken, NotTakenBecause } from '../destination';
import type { NewActivity } from './activity';
import type { Batches } from './batches';
import type { ResultRecord } from './encode';
import { activitiesUrl, activityByExternalIdUrl, activityUrl, contentUrl, idIn } from './entities';
import type { KnownIds } from './known-ids';
import type { DirectoryUsers } from './learners';
import { fieldNamed, isUnknownThere, isUnlicensed, refusalOf, succeeded } from './refusals';
import type { VivaSettings } from './settings';
import type { BatchRequest, StepAnswer } from './step';

export interface ResultsTo {
  readonly batches: Batches;
  readonly ids: KnownIds;
  readonly learners: DirectoryUsers;
  readonly settings: VivaSettings;
}

const readsContents = 'LearningContent.ReadWrite.All';
const writesActivities = 'LearningSelfInitiatedCourse.ReadWrite.All';

/** One result with its place in the batch. */
interface Told extends ResultRecord {
  readonly place: number;
}

/**
 * Tells results: an activity that is known is changed, one call; of any other the learner, the course and the
 * activity are looked up before it is created. What was known and is gone is looked up once more.
 */
export async function sendResults(
  records: readonly ResultRecord[],
  delivery: PostOptions,
  to: ResultsTo,
): Promise<NotTaken> {
  const sending = new Sending(delivery, to);
  const all = records.map((record, place): Told => ({ ...record, place }));
  await sending.begin(all);
  const again = await sending.tell(all);
  // A second time is the last: what is gone again then is refused.
  await sending.tell(again, true).catch((error: unknown) => {
    for (const { place } of again) sending.notTaken.set(place, { error: error as Error });
  });
  return sending.notTaken;
}

class Sending {
  readonly notTaken = new Map<number, NotTakenBecause>();
  #known = new Map<string, string>();

  constructor(
    private readonly delivery: PostOptions,
    private readonly to: ResultsTo,
  ) {}

  async begin(all: readonly Told[]): Promise<void> {
    const { ids } = this.to;
    this.#known = await ids.read(
      all.flatMap(({ externalId, activityId }) => [ids.content(externalId), ids.activity(activityId)]),
    );
  }

  /** @returns what has to be looked up anew. */
  async tell(results: readonly Told[], isLast = false): Promise<Told[]> {
    const people = await this.#lookUp(results.filter((one) => this.#activity(one) === undefined));
    const ready = results.filter(({ place }) => !this.notTaken.has(place));
    const steps = ready.map((one): BatchRequest => this.#step(one, people));
    const { signal, fence, mayLandUntil } = this.delivery;
    const answers = await this.to.batches.run(steps, { signal, fence, mayLandUntil });
    const given = new Map<string, string>();
    const again: Told[] = [];
    for (const [i, one] of ready.entries()) {
      const answer = answers[i] as StepAnswer;
      const id = succeeded(answer) ? idIn(answer.body) : undefined;
      if (id !== undefined) given.set(this.to.ids.activity(one.activityId), id);
      if (succeeded(answer)) continue;
      if (!isLast && (await this.#isForgotten(one, answer))) again.push(one);
      else this.notTaken.set(one.place, this.#verdict(answer, writesActivities));
    }
    await this.#keep(given);
    return again;
  }

  /** Finds whose and of what the results are, and activities that are there already. */
  async #lookUp(results: readonly Told[]): Promise<ReadonlyMap<string, string>> {
    const { learners, batches, settings, ids } = this.to;
    const how = { signal: this.delivery.signal };
    const people = new Map<string, string>();
    const found = await learners.find(
      results.map(({ email }) => email),
      how,
    );
    for (const { place, email } of results) {
      const learner = found.get(email);
      if (learner && 'id' in learner) people.set(email, learner.id);
      else if (learner) this.notTaken.set(place, learner);
    }
    const ofSomebody = results.filter(({ email }) => people.has(email));
    const contents = [...new Set(ofSomebody.map(({ externalId }) => externalId))].filter(
      (externalId) => !this.#known.has(ids.content(externalId)),
    );
    const steps = [
      ...contents.map((externalId) => contentUrl(settings, externalId)),
      ...ofSomebody.map(({ activityId }) => activityByExternalIdUrl(settings, activityId)),
    ].map((url): BatchRequest => ({ method: 'GET', url }));
    const answers = await batches.run(steps, how);
    const given = new Map<string, string>();
    const lacks = answers.slice(0, contents.length).some(isUnknownThere);
    if (lacks && (await ids.isEmpty()))
      throw new PayloadError(`${batches.system.name} has no course yet; sync the catalog, then the results`);
    for (const [i, externalId] of contents.entries()) {
      const answer = answers[i] as StepAnswer;
      const id = succeeded(answer) ? idIn(answer.body) : undefined;
      if (id !== undefined) given.set(ids.content(externalId), id);
      else
        for (const one of ofSomebody)
          if (one.externalId === externalId) this.notTaken.set(one.place, this.#noContent(answer));
    }
    for (const [i, { place, activityId }] of ofSomebody.entries()) {
      const answer = answers[contents.length + i] as StepAnswer;
      const id = succeeded(answer) ? idIn(answer.body) : undefined;
      if (id !== undefined) given.set(ids.activity(activityId), id);
      else if (!isUnknownThere(answer)) this.notTaken.set(place, this.#verdict(answer, writesActivities));
    }
    await this.#keep(given);
    return people;
  }

  #step(one: Told, people: ReadonlyMap<string, string>): BatchRequest {
    const { settings, ids } = this.to;
    const known = this.#activity(one);
    if (known !== undefined)
      return { method: 'PATCH', url: activityUrl(settings, known), body: one.activity };
    return {
      method: 'POST',
      url: activitiesUrl(settings),
      body: {
        ...one.activity,
        learningProviderId: settings.providerId,
        learningContentId: this.#known.get(ids.content(one.externalId)) ?? '',
        learnerUserId: people.get(one.email) ?? '',
        externalcourseActivityId: one.activityId,
      } satisfies NewActivity,
    };
  }

  #activity({ activityId }: Told): string | undefined {
    return this.#known.get(this.to.ids.activity(activityId));
  }

  /** Whether what was known of it is not so any more: someone took the activity away, or the content. */
  async #isForgotten(one: Told, answer: StepAnswer): Promise<boolean> {
    const { ids } = this.to;
    const ofContent = fieldNamed(answer) === 'learningContentId';
    if (!isUnknownThere(answer) && !ofContent) return false;
    const name =
      this.#activity(one) === undefined ? ids.content(one.externalId) : ids.activity(one.activityId);
    this.#known.delete(name);
    await ids.forget(name);
    return true;
  }

  async #keep(given: ReadonlyMap<string, string>): Promise<void> {
    for (const [name, id] of given) this.#known.set(name, id);
    await this.to.ids.write(given);
  }

  #verdict(answer: StepAnswer, permission: string): NotTakenBecause {
    const { batches, settings } = this.to;
    if (isUnlicensed(answer)) return { skipped: 'the learner has no licence for Viva Learning' };
    return { error: refusalOf(answer, permission, batches.system, settings) };
  }

  #noContent(answer: StepAnswer): NotTakenBecause {
    if (!isUnknownThere(answer)) return this.#verdict(answer, readsContents);
    const message = `${this.to.batches.system.name} does not have the course (404); sync the catalog, then replay the quarantine`;
    return { error: new NotThereYetError(message, 404) };
  }
}
