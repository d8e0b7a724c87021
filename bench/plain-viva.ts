import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { sendGrades, Sender, token } from './plain';

/* The plain loop to Viva Learning: 20 requests a $batch; who and what is looked up once. */

type Env = Readonly<Record<string, string>>;

interface Step {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: unknown;
}

interface StepAnswer {
  readonly id: string;
  readonly status: number;
  readonly body?: { readonly id?: string };
}

interface Result {
  readonly email: string;
  readonly course: string;
  readonly passed: boolean;
}

const most = 20;

/** Bulk grades as course activities; the courses are there already. */
export async function plainViva(env: Env): Promise<number> {
  const bearer = await token(env.DEST__viva__tokenUrl ?? '', {
    grant_type: 'client_credentials',
    client_id: env.DEST__viva__clientId ?? '',
    client_secret: env.DEST__viva__clientSecret ?? '',
    scope: env.DEST__viva__scope ?? '',
  });
  const batch = async (steps: readonly Step[]): Promise<StepAnswer[]> => {
    const requests = steps.map((step, i) => ({
      id: String(i),
      ...step,
      ...(step.body !== undefined && { headers: { 'content-type': 'application/json' } }),
    }));
    const all: StepAnswer[] = [];
    for (let i = 0; i < requests.length; i += most) {
      const answer = await request(`${env.DEST__viva__baseUrl}/$batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ requests: requests.slice(i, i + most) }),
      });
      const { responses } = (await answer.body.json()) as { responses: StepAnswer[] };
      all.push(...responses);
    }
    return all.toSorted((a, b) => Number(a.id) - Number(b.id));
  };
  const provider = `/employeeExperience/learningProviders/${env.DEST__viva__providerId}`;
  const known = new Map<string, string>();
  const lookUp = async (urls: readonly (readonly [string, string])[]): Promise<void> => {
    const unknown = [...new Map(urls)].filter(([name]) => !known.has(name));
    const answers = await batch(unknown.map(([, url]) => ({ method: 'GET', url })));
    for (const [i, [name]] of unknown.entries()) known.set(name, answers[i]?.body?.id ?? '');
  };
  const out = new Sender(async (results) => {
    const all = results as readonly Result[];
    const ids = all.map(() => randomUUID());
    await lookUp(all.map(({ email }) => [email, `/users/${encodeURIComponent(email)}?$select=id`]));
    await lookUp(
      all.map(({ course }) => [
        course,
        `${provider}/learningContents(externalId='${encodeURIComponent(`openedx:${course}`)}')`,
      ]),
    );
    const activities = `${provider}/learningCourseActivities`;
    await batch(ids.map((id) => ({ method: 'GET', url: `${activities}(externalcourseActivityId='${id}')` })));
    const answers = await batch(
      all.map(({ email, course, passed }, i) => ({
        method: 'POST',
        url: activities,
        body: {
          '@odata.type': '#microsoft.graph.learningSelfInitiatedCourse',
          learnerUserId: known.get(email),
          learningContentId: known.get(course),
          externalcourseActivityId: ids[i],
          status: passed ? 'completed' : 'inProgress',
        },
      })),
    );
    const bad = answers.find(({ status }) => status >= 300);
    if (bad) throw new Error(`a result was answered with ${bad.status}: ${JSON.stringify(bad.body)}`);
  }, most);
  return sendGrades(env, out, ({ username, course_key, passed }) => [
    { email: username, course: course_key, passed } satisfies Result,
  ]);
}
