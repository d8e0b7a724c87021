import type { Params } from './client';

/**
 * What the Course Detail Report asks for; it calls all of it required. All learners of all portals and times are
 * meant: `params` of the operation change what a site takes otherwise.
 * @param nameOrEmail only learners whose name or address has this text in it.
 */
export const reportParams = (courseIds: readonly string[], nameOrEmail?: string): Params => ({
  course_ids: courseIds,
  order_by: { colName: 'registered_on', direction: 'asc' },
  search_param: nameOrEmail === undefined ? {} : { nameOrEmail },
  userCategoryId: null,
  registered_between: ['1970-01-01', '2099-12-31'],
  searchPortalIds: [],
});
