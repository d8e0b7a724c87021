import type { Answer, PocketRequest, PocketServer } from '../server';
import { callerOf, developerError, forbidden } from './caller';
import { courseJson, type EdxCourse } from './course';
import { cutPage, invalidPage, pageAnswer } from './page-numbers';
import type { OpenEdxState } from './state';

/** The course list and one course. Who looks decides what there is. */
export function addCourses(server: PocketServer, state: OpenEdxState): void {
  const { options } = state;
  server.on('GET', '/api/courses/v1/courses/', (request) => {
    const view = viewOf(request, state);
    if ('refused' in view) return view.refused;
    const { user, isStaff } = view;
    const perMinute = options.courseListPerMinute?.[isStaff ? 'staff' : 'user'];
    const throttled = server.throttle.check(`course_list ${user ?? 'anonymous'}`, perMinute);
    if (throttled) return slowDown(throttled, options.throttleNamesWait);
    const org = request.query.get('org')?.toLowerCase();
    const lacks = options.listingLacks;
    const seen = [...state.courses.values()].filter(
      (course) =>
        view.sees(course) &&
        (!org || course.org.toLowerCase() === org) &&
        (!lacks?.ids.has(course.id) || lacks.counted),
    );
    const rules = {
      defaultSize: options.defaultPageSize,
      maxSize: options.coursesMaxPageSize,
      honourPageSize: options.honourPageSize,
    };
    const all = [...state.courses.values()].filter(({ org: of }) => !org || of.toLowerCase() === org);
    const estimate = options.estimatedCounts ? all.length : seen.length;
    const guess = cutPage(request.query, estimate, rules);
    if (!guess) return invalidPage;
    // The list is filtered as it is read: its true length shows only when a page reads past its end.
    const count = guess.page * guess.size > seen.length ? seen.length : estimate;
    const cut = cutPage(request.query, count, rules);
    if (!cut) return notFound;
    const results = seen
      .slice(cut.from, cut.to)
      .filter(({ id }) => !(lacks?.counted && lacks.ids.has(id)))
      .map((course) => courseJson(course, request.origin));
    return pageAnswer(request, cut, count, results, options.linksTo ?? request.origin);
  });
  server.on('GET', '/api/courses/v1/courses/:id/', (request) => {
    const view = viewOf(request, state);
    if ('refused' in view) return view.refused;
    const course = state.courses.get(request.params.id ?? '');
    if (!course || !view.sees(course)) return notFound;
    return { status: 200, body: { ...courseJson(course, request.origin), overview: course.overview } };
  });
}

const notFound = developerError(404, undefined, 'Not found.');

/** REST framework's own answer, as the mixin rewrites it: older releases lose its header. */
function slowDown({ status, headers, body }: Answer, namesWait: boolean): Answer {
  const { detail } = body as { detail: string };
  return { ...developerError(status, undefined, detail), ...(namesWait && headers && { headers }) };
}

type View =
  | {
      readonly sees: (course: EdxCourse) => boolean;
      /** Who asks; undefined for an anonymous visitor. */
      readonly user: string | undefined;
      readonly isStaff: boolean;
    }
  | { readonly refused: Answer };

/** Without `username` the catalogue is what an anonymous visitor sees, even with a token of staff. */
function viewOf(request: PocketRequest, state: OpenEdxState): View {
  const caller = callerOf(request, state);
  if ('refused' in caller) return caller;
  const { staff, staffSeesHidden } = state.options;
  const asked = request.query.get('username') ?? '';
  const own = caller.user !== undefined && asked === caller.user;
  if (asked !== '' && !own && !(caller.user !== undefined && staff)) {
    return { refused: forbidden };
  }
  const asStaff = own && staff;
  return {
    user: caller.user,
    isStaff: caller.user !== undefined && staff,
    sees: (course) => (!course.hidden || (asStaff && staffSeesHidden)) && (!course.staffOnly || asStaff),
  };
}
