import type { PocketServer } from '../server';
import { categories, portals, type AcCourse, type AcEnrolment, type AcUser } from './data';
import { dateText, written } from './dates';
import { addOperation, invalid, notFound, pageAnswer, lacking, structured } from './gateway';
import type { AcademyState } from './state';

const listForm = 'Aug 26, 2020 12:00 AM';

/** Everything that is only read. */
export function addReads(server: PocketServer, state: AcademyState): void {
  const { options } = state;
  const created = (ms: number): string => written(ms, listForm, options.timeZone);

  addOperation(server, state, 'courses.list', (given) =>
    pageAnswer(given, state, [...state.courses.values()], (course: AcCourse) => ({
      id: course.id,
      name: course.name,
      slug: course.slug,
      status: course.status,
      display_status: course.status === 'DRAFT' ? 'Draft' : 'Published',
      categories: names(course).join(', '),
      author: 'John Doe',
      created_at: created(course.created),
      certificate_template_id: 1,
      accredible_group_id: [],
    })),
  );
  addOperation(server, state, 'courses.get', ({ id }) => {
    const course = options.notFoundById.includes(Number(id)) ? undefined : state.courses.get(Number(id));
    return course ? { status: 200, body: courseJson(course) } : notFound;
  });
  addOperation(server, state, 'categories.courseLookup', ({ array }) => {
    const ids = structured(array) as unknown as number[];
    return { status: 200, body: categories.filter(({ id }) => ids.includes(id)) };
  });
  addOperation(server, state, 'learningPaths.list', (given) =>
    pageAnswer(given, state, [...state.paths.values()], (path) => ({
      id: path.id,
      name: path.name,
      status: path.status,
      display_status: path.status,
      created_at: created(path.created),
    })),
  );
  addOperation(server, state, 'learningPaths.get', ({ id }) => {
    const path = state.paths.get(Number(id));
    if (!path) return notFound;
    const courses = path.courses.map((value) => ({ label: state.courses.get(value)?.name ?? '', value }));
    const { created: _, ...rest } = path;
    return {
      status: 200,
      body: { ...rest, slug: `path-${path.id}`, featuredImageUrl: 'img_path', courses, categories: [1, 2] },
    };
  });
  addOperation(server, state, 'portals.list', (given) =>
    pageAnswer(given, state, portals, (portal) => ({
      ...portal,
      status: 'active',
      slug: `portal-${portal.id}`,
    })),
  );
  addOperation(server, state, 'users.list', (given) => {
    const { nameOrEmail = '' } = structured(given.search_param) as { nameOrEmail?: string };
    const found = [...state.users.values()].filter(
      (user) => matches(user, nameOrEmail) && !options.unlisted.includes(user.email),
    );
    return pageAnswer(given, state, found, (user) => ({
      id: user.id,
      first_name: user.firstName,
      last_name: user.lastName,
      ...(options.listsEmails && { email: user.email }),
      is_disabled: false,
      display_type: 'General',
      last_login: '2 days ago',
      source: 'default',
    }));
  });
  addOperation(server, state, 'users.get', ({ id }) => {
    const user = state.users.get(Number(id));
    if (!user) return notFound;
    const { firstName, lastName } = user;
    return {
      status: 200,
      body: { id: user.id, firstName, lastName, lastLoggedIn: '2 hours ago', disabled: false },
    };
  });
}

/** What is told of learners in courses. */
export function addReports(server: PocketServer, state: AcademyState): void {
  const { options } = state;
  const found = (courseIds: readonly number[], text = ''): { one: AcEnrolment; user: AcUser }[] =>
    [...state.enrolments.values()].flatMap((one) => {
      const user = state.users.get(one.userId);
      return user && courseIds.includes(one.courseId) && matches(user, text) ? [{ one, user }] : [];
    });

  addOperation(server, state, 'courses.enrolledLearners', (given) => {
    const refused = lacking(given, 'course_id', 'portalId');
    if (refused) return refused;
    const { nameOrEmail } = structured(given.search_param) as { nameOrEmail?: string };
    const rows = found([Number(given.course_id)], nameOrEmail).filter(({ one }) =>
      ['-1', String(one.portalId)].includes(String(given.portalId)),
    );
    const courseName = state.courses.get(Number(given.course_id))?.name ?? '';
    return pageAnswer(
      given,
      state,
      rows,
      ({ one, user }) => ({
        id: one.id,
        user_id: user.id,
        first_name: user.firstName,
        last_name: user.lastName,
        status: one.status,
        display_status: one.status,
        percentComplete: one.percent,
        access_status: 'Allowed',
        registered_on: written(one.registered, 'Aug 09, 2020', options.timeZone),
        expire_on: 'Never',
        certificate_count: 0,
        user_type: 'Learner',
        raw_user_type: 'learner',
      }),
      { courseName },
    );
  });
  addOperation(server, state, 'courses.detailReport', (given) => {
    const refused = lacking(
      given,
      ...['course_ids', 'page_size', 'page_number', 'order_by', 'search_param'],
      ...['userCategoryId', 'registered_between', 'searchPortalIds'],
    );
    if (refused) return refused;
    const ids = given.course_ids;
    if (!Array.isArray(ids)) return invalid('course_ids', 'The course ids must be an array.');
    const { nameOrEmail } = structured(given.search_param) as { nameOrEmail?: string };
    const json = ({ one, user }: { one: AcEnrolment; user: AcUser }) => reportJson(one, user, state);
    return pageAnswer(given, state, found(ids.map(Number), nameOrEmail), json);
  });
}

/** A row of the report, down to the spelling of the vendor's certificates. */
function reportJson(one: AcEnrolment, user: AcUser, { courses, options }: AcademyState): object {
  const date = (ms: number | null): string => dateText(ms, one.id, options);
  const done = one.completed !== null;
  return {
    user_id: user.id,
    course_id: one.courseId,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    course_name: courses.get(one.courseId)?.name ?? '',
    portal_name: portals.find(({ id }) => id === one.portalId)?.name ?? '',
    status: one.status,
    display_status: one.status,
    percent_complete: one.percent,
    access_status: 'Allowed',
    registered_on: date(one.registered),
    started_on: date(one.started),
    completed_on: date(one.completed),
    expire_on: 'Never',
    last_accessed_on: typeof one.accessed === 'string' ? one.accessed : date(one.accessed),
    percent_achieved: one.score,
    total_time_spent: '0h 20m',
    certifcate_issued: done ? 'Yes' : 'No',
    certifcate_count: done ? '1' : '0',
    certifcate_issued_date: date(one.completed),
    certificate_expire: 'Never',
    ...one.raw,
  };
}

function courseJson(course: AcCourse): object {
  return {
    id: course.id,
    name: course.name,
    slug: course.slug,
    instructions: course.instructions,
    credits: 3,
    estimatedCompletion: course.hours,
    estimationCompletedUnit: 'hours',
    minPassingPercentage: 70,
    gradingRule: 'average',
    durationRule: 'fixed',
    durationSpecificDate: course.ends,
    durationDays: 30,
    points: 100,
    status: course.status,
    certificateTemplates: [1, 2],
    associatedProduct: [],
    completionCriteria: 'all_modules',
    modules: [{ module_id: course.id * 10, display_order: 1, name: 'Start', type: 'text', is_locked: false }],
    categories: course.categories,
    learningPaths: [],
    learningResources: [],
    webinarList: [],
    ...course.raw,
  };
}

const names = (course: AcCourse): string[] =>
  course.categories.flatMap((id) => categories.find((one) => one.id === id)?.name ?? []);

/** A part of the name or of the address, as such searches go. */
const matches = ({ email, firstName, lastName }: AcUser, text: string): boolean =>
  `${firstName} ${lastName} ${email}`.toLowerCase().includes(text.toLowerCase());
