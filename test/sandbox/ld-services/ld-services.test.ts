import { startLdServices, type LdServices } from '../../../sandbox/ld-services';
import { call, ldHeaders, postForm, postJson } from '../calls';

let ld: LdServices;
let headers: Record<string, string>;

beforeEach(async () => {
  ld = await startLdServices({ keepBodies: true, clock: () => Date.UTC(2026, 0, 1) });
  headers = await ldHeaders(ld);
});
afterEach(() => ld.stop());

const course = {
  Confidential: 'false',
  BIClassification: 'MBI',
  BusinessOrg: 'null',
  IsPrimary: 'true',
  IsShareable: 'null',
  CourseType: 'Build',
  HideInSearch: 'hidden',
  HideInRoadMap: 'null',
  ParentSourceSystemId: '0',
  Deleted: 'false',
  SourceSystemid: '16',
  Version: '1',
  Brand: 'Infopedia',
  Modality: 'OLT',
  MediaType: 'Course',
  Status: 'Active',
  DescriptionLong: 'null',
  SunsetDate: '2019-02-05',
  Keywords: 'edX Demonstration Course',
  ThumbnailLargeUri: 'https://lms.example.com/asset.jpg',
  AvailabilityDate: '2017-02-05',
  Name: 'edX Demonstration Course',
  Url: 'https://lms.example.com/courses/course-v1:edX+DemoX+Demo_Course/about',
  DescriptionShort: 'null',
  ThumbnailShort: 'https://lms.example.com/asset.jpg',
  TrainingOrgs: 'edX',
  ExternalId: 'edX+DemoX+Demo_Course',
};
const progress = {
  UserAlias: 'user@example.com',
  ExternalId: 'edX+DemoX+Demo_Course',
  SourceSystemId: '16',
  PersonnelNumber: 0,
  SFSync: 0,
  UUID: 'null',
  ActionVerb: 'null',
  ActionValue: 0,
  CreatedDate: '2017-11-23T02:27:51',
  SubmittedBy: 'bridge@example.com',
  ActionFlag: 'null',
  ConsumptionStatus: 'Passed',
};
const postCourses = (records: unknown, extra = {}) =>
  postJson(`${ld.url}/Catalog/16/course`, records, { ...headers, ...extra });
const postProgress = (records: unknown, extra = {}) =>
  postJson(`${ld.url}/Consumption/exptrack`, records, { ...headers, ...extra });

test('takes the published forms, and keeps the newest by natural key and every post', async () => {
  const taken = await postCourses([course, { ...course, SourceSystemid: 16, Name: 'Renamed' }], {
    'Idempotency-Key': 'one',
  });
  expect([taken.status, taken.body]).toEqual([200, { errormessage: null }]);
  await postProgress([progress, { ...progress, UserAlias: 'other@example.com' }]);
  await postProgress([{ ...progress, ConsumptionStatus: 'InProgress' }]);
  expect(ld.state.catalog.get('16|edX+DemoX+Demo_Course')).toMatchObject({
    record: { Name: 'Renamed' },
    writes: 2,
    changes: 2,
  });
  expect(ld.state.consumption.get('user@example.com|edX+DemoX+Demo_Course|16')?.record).toMatchObject({
    ConsumptionStatus: 'InProgress',
  });
  expect(ld.state.counts('consumption')).toEqual({ posts: 2, accepted: 2, records: 3 });
  expect(ld.state.posts[0]).toMatchObject({
    at: Date.UTC(2026, 0, 1),
    kind: 'catalog',
    idempotencyKey: 'one',
    records: 2,
    accepted: true,
  });
  expect(ld.state.posts[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['an object', course],
  ['an array with something else in it', [course, 7]],
  ['an empty object', [{}]],
  ['an empty ExternalId', [{ ...course, ExternalId: '' }]],
  ['an empty Name', [{ ...course, Name: ' ' }]],
  ['a field nobody ever sent', [{ ...course, Colour: 'red' }]],
  ['a number for a text', [{ ...course, Version: 1 }]],
  ['JSON null for the word', [{ ...course, BusinessOrg: null }]],
  ['a time for a date', [{ ...course, SunsetDate: '2019-02-05T00:00:00' }]],
  ['a day that is none', [{ ...course, SunsetDate: '2019-02-31' }]],
  ['another source system than the path', [{ ...course, SourceSystemid: '17' }]],
  ['a boolean', [{ ...course, Deleted: false }]],
])('a catalog batch with %s is 400 as a whole, names nothing and leaves nothing', async (_, records) => {
  const good = { ...course, ExternalId: 'good' };
  const { status, body } = await postCourses(Array.isArray(records) ? [good, ...records] : records);
  expect([status, body]).toEqual([400, { Message: 'The request is invalid.' }]);
  expect(ld.state.catalog.size).toBe(0);
});

test.each([
  ['CreatedDate', '2017-11-23T02:27:51Z'],
  ['CreatedDate', '2017-02-30T02:27:51'],
  ['SFSync', '0'],
  ['ConsumptionStatus', 'Completed'],
  ['UserAlias', ''],
  ['UUID', undefined],
])('a consumption record with %s %s is 400', async (field, value) => {
  expect((await postProgress([{ ...progress, [field]: value }])).status).toBe(400);
  expect(ld.state.posts.at(-1)).toMatchObject({ accepted: false, wrong: field });
});

test('a poisoned id or alias refuses its whole batch until it is cured', async () => {
  await postJson(`${ld.url}/_sandbox/poison`, { ids: ['user@example.com', 'bad+course'] });
  expect((await postProgress([progress])).status).toBe(400);
  expect((await postCourses([course, { ...course, ExternalId: 'bad+course' }])).status).toBe(400);
  await postJson(`${ld.url}/_sandbox/poison`, { ids: [] });
  expect((await postProgress([progress])).status).toBe(200);
});

test('an error may come as 200, with nothing kept', async () => {
  ld.state.options.errorMessage = 'Could not save';
  const { status, body } = await postProgress([progress]);
  expect([status, body.errormessage]).toEqual([200, 'Could not save']);
  expect(ld.state.consumption.size).toBe(0);
  expect(ld.state.counts('consumption').accepted).toBe(0);
});

test('keys and tokens are checked as API Management does', async () => {
  const { Authorization, ...key } = headers;
  const missing = await postJson(`${ld.url}/Consumption/exptrack`, [progress], {
    Authorization: Authorization!,
  });
  expect([missing.status, missing.body.statusCode]).toEqual([401, 401]);
  expect(missing.body.message).toContain('missing subscription key');
  const wrong = await postProgress([progress], { 'Ocp-Apim-Subscription-Key': 'wrong' });
  expect(wrong.body.message).toContain('invalid subscription key');
  expect((await postJson(`${ld.url}/Consumption/exptrack`, [progress], key)).status).toBe(401);
  ld.state.tokens.revokeAll();
  expect((await postProgress([progress])).status).toBe(401);
});

test('what is no JSON, or says so, is refused', async () => {
  const send = (body: string, type: string) =>
    call(`${ld.url}/Consumption/exptrack`, {
      method: 'POST',
      body,
      headers: { ...headers, 'Content-Type': type },
    });
  expect((await send('[{]', 'application/json')).status).toBe(400);
  expect((await send('[]', 'text/plain')).status).toBe(415);
  expect((await send('[]', 'application/json; charset=utf-8')).status).toBe(200);
});

test('a body over the limit is 413', async () => {
  ld.state.options.bodyLimit = 400;
  expect((await postProgress([progress, progress])).status).toBe(413);
  expect((await postProgress([progress])).status).toBe(200);
});

test('tokens: v1 by resource with a text, v2 by scope with a number', async () => {
  const form = {
    grant_type: 'client_credentials',
    client_id: 'lms-bridge',
    client_secret: 'sandbox-ld-secret',
  };
  const token = (path: string, more: Record<string, string>) =>
    postForm(`${ld.url}${path}`, { ...form, ...more });
  const resource = 'https://ld.example.com';
  expect((await token('/oauth2/token', { resource })).body.expires_in).toBe('3600');
  const v2 = await token('/oauth2/v2.0/token', { scope: `${resource}/.default` });
  expect(v2.body.expires_in).toBe(3600);
  expect((await token('/oauth2/token', { resource: 'other' })).body.error).toBe('invalid_resource');
  expect((await token('/oauth2/token', { scope: resource })).body.error).toBe('invalid_scope');
  expect((await token('/oauth2/token', { client_secret: 'x' })).status).toBe(401);
});

test('other processes can ask what the sink holds, and empty it', async () => {
  await postCourses([course]);
  const summary = await call(`${ld.url}/_sandbox`);
  expect(summary.body).toMatchObject({ catalog: { held: 1, posts: 1, accepted: 1, records: 1 } });
  const records = await call(`${ld.url}/_sandbox/records/catalog`);
  expect(records.body.records['16|edX+DemoX+Demo_Course'].record.Name).toBe('edX Demonstration Course');
  expect((await call(`${ld.url}/_sandbox/posts`)).body.posts).toHaveLength(1);
  await call(`${ld.url}/_sandbox/records`, { method: 'DELETE' });
  expect(ld.state.catalog.size).toBe(0);
});
