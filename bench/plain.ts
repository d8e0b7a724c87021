import { request } from 'undici';

/*
 * What a script would do with undici alone: read and post, with as many calls in flight as LMS Bridge has. No schema,
 * no retry, no watermark, nothing kept.
 */

const reads = 8;
const posts = 4;

type Env = Readonly<Record<string, string>>;

/** A token, the plain way. */
export async function token(url: string, fields: Record<string, string>): Promise<string> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  return ((await answer.body.json()) as { access_token: string }).access_token;
}

/** Sends what it is given in full batches, a few at a time. */
export class Sender {
  #waiting: unknown[] = [];
  readonly #flying = new Set<Promise<void>>();
  count = 0;

  constructor(
    private readonly post: (records: readonly unknown[]) => Promise<void>,
    private readonly batch = 500,
  ) {}

  async add(records: readonly unknown[]): Promise<void> {
    this.count += records.length;
    this.#waiting.push(...records);
    if (this.#waiting.length >= this.batch) await this.#send(this.#waiting.splice(0));
  }

  async end(): Promise<number> {
    if (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0));
    await Promise.all(this.#flying);
    return this.count;
  }

  async #send(records: readonly unknown[]): Promise<void> {
    while (this.#flying.size >= posts) await Promise.race(this.#flying);
    const sending: Promise<void> = this.post(records).finally(() => this.#flying.delete(sending));
    this.#flying.add(sending);
  }
}

async function sender(env: Env, path: string): Promise<Sender> {
  const ld = env.LD__baseUrl ?? '';
  const bearer = await token(env.LD__tokenUrl ?? '', {
    grant_type: 'client_credentials',
    client_id: env.LD__clientId ?? '',
    client_secret: env.LD__clientSecret ?? '',
    resource: (env.LD__scope ?? '').replace('/.default', ''),
  });
  return new Sender(async (records) => {
    const answer = await request(ld + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${bearer}`,
        'ocp-apim-subscription-key': env.LD__subscriptionKey ?? '',
      },
      body: JSON.stringify(records),
    });
    await answer.body.dump();
    if (answer.statusCode >= 300) throw new Error(`the sink answered ${answer.statusCode}`);
  });
}

/** Does something with each of a list, several at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: reads }, worker));
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

const record = (learner: string, course: string, sourceSystemId: string, status: string) => ({
  UserAlias: learner.toLowerCase(),
  ExternalId: course.replace(/^course-v1:/, ''),
  SourceSystemId: sourceSystemId,
  PersonnelNumber: 0,
  SFSync: 0,
  UUID: 'null',
  ActionVerb: 'null',
  ActionValue: 0,
  CreatedDate: new Date().toISOString().slice(0, 19),
  SubmittedBy: 'bench@example.com',
  ActionFlag: 'null',
  ConsumptionStatus: status,
});

const course = (id: string, name: string) => ({
  ...Object.fromEntries(courseTexts.map((field) => [field, 'null'])),
  ExternalId: id.replace(/^course-v1:/, ''),
  Name: name,
  SourceSystemid: '16',
  Url: 'https://lms.example.com/course',
  Deleted: 'false',
  Confidential: 'null',
  IsPrimary: 'null',
  IsShareable: 'null',
});
const courseTexts = [
  ...[
    'BIClassification',
    'BusinessOrg',
    'CourseType',
    'HideInSearch',
    'HideInRoadMap',
    'ParentSourceSystemId',
  ],
  ...[
    'Version',
    'Brand',
    'Modality',
    'MediaType',
    'Status',
    'DescriptionLong',
    'DescriptionShort',
    'Keywords',
  ],
  ...['ThumbnailLargeUri', 'ThumbnailShort', 'TrainingOrgs'],
];

async function getter(env: Env, source: 'openedx' | 'khalibre'): Promise<<T>(path: string) => Promise<T>> {
  const base = env[`LMS__${source}__baseUrl`] ?? '';
  const credentials = {
    grant_type: 'client_credentials',
    client_id: env[`LMS__${source}__clientId`] ?? '',
    client_secret: env[`LMS__${source}__clientSecret`] ?? '',
  };
  const authorization =
    source === 'openedx'
      ? `JWT ${await token(`${base}/oauth2/access_token`, { ...credentials, token_type: 'jwt' })}`
      : `Bearer ${await token(`${base}/o/oauth2/token`, credentials)}`;
  return async <T>(path: string) => {
    const answer = await request(base + path, { headers: { authorization } });
    if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}`);
    return (await answer.body.json()) as T;
  };
}

export interface Grade {
  readonly username: string;
  readonly course_key: string;
  readonly passed: boolean;
}

/** All bulk grades of Open edX to the L&D services. @returns rows sent. */
export async function plainGrades(env: Env): Promise<number> {
  const out = await sender(env, '/Consumption/exptrack');
  return sendGrades(env, out, (row) => [
    record(row.username, row.course_key, '16', row.passed ? 'Passed' : 'InProgress'),
  ]);
}

/** All bulk grades of Open edX. @param records what a row becomes. @returns records sent. */
export async function sendGrades(
  env: Env,
  out: Sender,
  records: (row: Grade) => readonly unknown[],
): Promise<number> {
  interface Page {
    results: Grade[];
    pagination: { num_pages: number };
  }
  const get = await getter(env, 'openedx');
  const window = `start_date=2012-01-01T00:00:00&end_date=${new Date().toISOString().slice(0, 19)}`;
  const read = async (page: number): Promise<Page> => {
    const got = await get<Page>(
      `/api/grades/v1/user_grades/?username=all&${window}&page=${page}&page_size=100`,
    );
    await out.add(got.results.flatMap(records));
    return got;
  };
  const { pagination } = await read(1);
  await each(numbers(2, pagination.num_pages), async (page) => void (await read(page)));
  return out.end();
}

interface KhalibrePage {
  items: { courseId: number; emailAddress: string; statusDescription: string }[];
  lastPage: number;
}

/** The progress of all courses of Khalibre, course by course. @returns rows sent. */
export async function plainScan(env: Env): Promise<number> {
  const [get, out] = [await getter(env, 'khalibre'), await sender(env, '/Consumption/exptrack')];
  const root = '/o/kh-gateway/lms/v1.1';
  const list = async (page: number): Promise<KhalibrePage> =>
    get<KhalibrePage>(`${root}/courses?page=${page}&pageSize=100`);
  const first = await list(1);
  const courses = first.items.map(({ courseId }) => courseId);
  for (const page of numbers(2, first.lastPage))
    courses.push(...(await list(page)).items.map(({ courseId }) => courseId));
  await each(courses, async (id) => {
    const { items } = await get<KhalibrePage>(`${root}/progress/course/${id}?page=1&pageSize=100`);
    await out.add(items.map((row) => record(row.emailAddress, String(id), '17', 'InProgress')));
  });
  return out.end();
}

/** The catalog of Open edX. @returns courses sent. */
export async function plainCatalog(env: Env): Promise<number> {
  interface Page {
    results: { id: string; name: string }[];
    pagination: { num_pages: number };
  }
  const [get, out] = [await getter(env, 'openedx'), await sender(env, '/Catalog/16/course')];
  const read = async (page: number): Promise<Page> => {
    const got = await get<Page>(
      `/api/courses/v1/courses/?username=${env.LMS__openedx__username ?? ''}&page=${page}&page_size=100`,
    );
    await out.add(got.results.map(({ id, name }) => course(id, name)));
    return got;
  };
  const { pagination } = await read(1);
  await each(numbers(2, pagination.num_pages), async (page) => void (await read(page)));
  return out.end();
}
