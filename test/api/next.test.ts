import { type Served, serve } from './served';

let served: Served;
beforeAll(async () => void (served = await serve()), 60_000);
afterAll(() => served.stop());

test.each(['runs', 'quarantine', 'events'])(
  'a tampered next of /%s is refused, not page one',
  async (list) => {
    for (const next of ['x', 'openedx', "' or 1 eq 1", 'openedx-catalog-20260101T000000Z0']) {
      const answer = await fetch(`${served.url}/${list}?next=${encodeURIComponent(next)}`);
      expect([next, answer.status]).toEqual([next, 400]);
      expect(await answer.json()).toMatchObject({ errors: [{ field: 'next' }] });
    }
  },
);
