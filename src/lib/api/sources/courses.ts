import type { z } from 'zod';
import type { App } from '../../app';
import { PayloadError } from '../../errors';
import { type Answer, json, problem } from '../answer';
import { askSource, cannot } from './ask-source';
import { readNext, writeNext } from './next';
import { canBeNamed } from './requests';
import type { pageQuery } from './requests';
import { readableRows } from './unreadable';

const noCatalog = 'publishes no catalog';

/** A page of a source's courses as they are now; nothing is kept of them. */
export function listCourses(app: App, id: string, query: z.output<typeof pageQuery>): Promise<Answer> {
  return askSource({ app, id }, async (source, call) => {
    if (!source.catalog) throw cannot(source, noCatalog);
    const list = ['courses', id];
    const { cursor, size } = readNext(list, query);
    const page = await source.catalog.page(cursor, { ...call, pageSize: size });
    const { records, unreadable, notes } = readableRows(page.rows, page.notes);
    return json(200, {
      courses: records,
      unreadable,
      ...(notes && { notes }),
      ...(page.next !== undefined && { next: writeNext(list, { cursor: page.next, size }) }),
    });
  });
}

/** A course as it is now; 404 when it is gone or hidden. */
export function getCourse(app: App, id: string, courseId: string): Promise<Answer> {
  return askSource({ app, id, named: true }, async (source, call) => {
    if (!source.catalog) throw cannot(source, noCatalog);
    const found = canBeNamed(courseId) ? await source.catalog.read(courseId, call) : undefined;
    if (!found)
      return problem({
        status: 404,
        title: 'No such course',
        detail: `The source ${id} has no such course, or hides it`,
      });
    if (!found.ok)
      throw new PayloadError(`The source ${id} has a course that cannot be read: ${found.reason}`);
    return json(200, found.record);
  });
}
