import type { z } from 'zod';
import type { App } from '../../app';
import { noteText } from '../../domain/notes';
import type { DirectoryPage, Entity, Learner } from '../../sources/source';
import { type Answer, json, problem } from '../answer';
import { askSource, cannot } from './ask-source';
import { type ListParts, readNext, writeNext } from './next';
import { canBeNamed, type learnersQuery, type pageQuery } from './requests';

const noLearners = 'does not tell who its learners are';

/** A page of a source's learners as they are now; nothing is kept of them. */
export function listLearners(app: App, id: string, query: z.output<typeof learnersQuery>): Promise<Answer> {
  const { entityId } = query;
  return askSource({ app, id, named: entityId !== undefined }, async (source, call) => {
    if (!source.learners) throw cannot(source, noLearners);
    const list = ['learners', id, entityId];
    const { cursor, size } = readNext(list, query);
    const page = await source.learners.page(cursor, { ...call, pageSize: size }, entityId);
    return json(200, { learners: page.rows, ...rest(list, size, page) });
  });
}

/** @param learnerId as the source names the learner: no mail address. */
export function getLearner(app: App, id: string, learnerId: string): Promise<Answer> {
  return askSource({ app, id, named: true }, async (source, call) => {
    if (!source.learners) throw cannot(source, noLearners);
    const found = canBeNamed(learnerId) ? await source.learners.read(learnerId, call) : undefined;
    return found
      ? json(200, found)
      : problem({
          status: 404,
          title: 'No such learner',
          detail: `The source ${id} knows no learner of that id`,
        });
  });
}

/** A page of what a source's learners are divided into. */
export function listEntities(app: App, id: string, query: z.output<typeof pageQuery>): Promise<Answer> {
  return askSource({ app, id }, async (source, call) => {
    if (!source.entities) throw cannot(source, 'does not tell into what its learners are divided');
    const list = ['entities', id];
    const { cursor, size } = readNext(list, query);
    const page = await source.entities.page(cursor, { ...call, pageSize: size });
    return json(200, { entities: page.rows, ...rest(list, size, page) });
  });
}

const rest = (list: ListParts, size: number, { next, notes }: DirectoryPage<Learner | Entity>) => ({
  ...(notes && { notes: notes.map(noteText) }),
  ...(next !== undefined && { next: writeNext(list, { cursor: next, size }) }),
});
