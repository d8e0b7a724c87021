import { request } from 'undici';

/** A token, the plain way: what a script would do. */
export async function token(url: string, fields: Record<string, string>): Promise<string> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  return ((await answer.body.json()) as { access_token: string }).access_token;
}

export interface Plain {
  readonly grades: (page: number, pageSize: number) => Promise<{ rows: Row[]; pages: number }>;
  readonly post: (rows: readonly Row[]) => Promise<void>;
}

interface Row {
  username: string;
  course_key: string;
  passed: boolean;
}

/** Reads and posts with undici alone: no schema, no retry, no watermark, nothing kept. */
export async function plain(env: Record<string, string>): Promise<Plain> {
  const edx = env.LMS__openedx__baseUrl ?? '';
  const ld = env.LD__baseUrl ?? '';
  const edxToken = await token(`${edx}/oauth2/access_token`, {
    grant_type: 'client_credentials',
    client_id: env.LMS__openedx__clientId ?? '',
    client_secret: env.LMS__openedx__clientSecret ?? '',
    token_type: 'jwt',
  });
  const ldToken = await token(env.LD__tokenUrl ?? '', {
    grant_type: 'client_credentials',
    client_id: env.LD__clientId ?? '',
    client_secret: env.LD__clientSecret ?? '',
    resource: (env.LD__scope ?? '').replace('/.default', ''),
  });
  const window = `start_date=2012-01-01T00:00:00&end_date=${new Date().toISOString().slice(0, 19)}`;
  return {
    async grades(page, pageSize) {
      const url = `${edx}/api/grades/v1/user_grades/?username=all&${window}&page=${page}&page_size=${pageSize}`;
      const answer = await request(url, { headers: { authorization: `JWT ${edxToken}` } });
      const body = (await answer.body.json()) as { results: Row[]; pagination: { num_pages: number } };
      return { rows: body.results, pages: body.pagination.num_pages };
    },
    async post(rows) {
      const createdAt = new Date().toISOString().slice(0, 19);
      const records = rows.map((row) => ({
        UserAlias: row.username.toLowerCase(),
        ExternalId: row.course_key.replace(/^course-v1:/, ''),
        SourceSystemId: '16',
        PersonnelNumber: 0,
        SFSync: 0,
        UUID: 'null',
        ActionVerb: 'null',
        ActionValue: 0,
        CreatedDate: createdAt,
        SubmittedBy: 'bench@example.com',
        ActionFlag: 'null',
        ConsumptionStatus: row.passed ? 'Passed' : 'InProgress',
      }));
      const answer = await request(`${ld}/Consumption/exptrack`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${ldToken}`,
          'ocp-apim-subscription-key': env.LD__subscriptionKey ?? '',
        },
        body: JSON.stringify(records),
      });
      await answer.body.dump();
      if (answer.statusCode >= 300) throw new Error(`the sink answered ${answer.statusCode}`);
    },
  };
}
