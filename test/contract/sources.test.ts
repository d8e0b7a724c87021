import type { FaultPlan } from '../../sandbox/faults';
import type { SourceSettings } from '../../src/lib/settings/types';
import { createSource } from '../../src/lib/sources/registry';
import { failure, testDeps, testSecret } from '../http/client-builder';
import { EditingProxy, type Edit } from './editing-proxy';
import { kinds, secretSetting, settingsOf, type Kind, type Pocket } from './kinds';
import {
  countOf,
  keysOf,
  readCatalog,
  readConsumption,
  readLearners,
  untouched,
  type ReadName,
} from './read-all';

const secret = 'a secret+of/its own=&%';

/*
 * What every source must do, whatever its kind, against a real server. A new kind is one line in kinds.ts.
 */
describe.each(kinds.map((kind) => [kind.name, kind] as const))('%s', (_, kind: Kind) => {
  let pocket: Pocket;
  let proxy: EditingProxy | undefined;
  beforeAll(async () => {
    pocket = await kind.start(secret);
  });
  afterAll(() => pocket.stop());
  afterEach(async () => {
    pocket.server.faults.set();
    pocket.server.onRequest = undefined;
    await proxy?.stop();
    proxy = undefined;
  });

  const open = (more: Partial<SourceSettings> = {}, deps = testDeps(), url = pocket.url) =>
    createSource(settingsOf(kind, url, secret, more), deps);
  const edited = async (edit: Edit) => {
    await proxy?.stop();
    proxy = await EditingProxy.start(pocket.url);
    proxy.edit = edit;
    return open({}, testDeps(), proxy.url);
  };
  const reads = Object.keys(kind.reads) as ReadName[];
  const [main = 'learners'] = reads;
  const mainPath = kind.reads[main] ?? '';
  const expected = (name: ReadName): number =>
    name === 'catalog'
      ? pocket.courses().length
      : name === 'consumption'
        ? pocket.rows()
        : pocket.learners!();
  const spoil = (plan: Partial<FaultPlan>) => pocket.server.faults.set({ rate: 1, ...plan });
  test('credentials that end in mid-run are renewed, and no row is lost', async () => {
    let calls = 0;
    const vault = testSecret(secret, secretSetting(kind, open().id));
    pocket.server.onRequest = ({ path }) => {
      if (path.includes('token') || ++calls % 4 !== 0) return;
      vault.value = `${secret}${calls}`;
      pocket.setSecret(vault.value);
    };
    try {
      const source = open({ pageSize: 3, concurrency: 1, [kind.credential]: vault });
      for (const name of reads) expect(await countOf(name, source)).toBe(expected(name));
      expect(vault.forgotten).toBeGreaterThan(reads.length);
    } finally {
      pocket.setSecret(secret);
    }
  });

  test.each(['https://elsewhere.example.com/?page=2', '-1', '0', '1e9', ''])(
    'a place in the catalog that it never gave is refused, and nobody is asked: "%s"',
    async (cursor) => {
      const { catalog } = open();
      const before = pocket.server.requests.total;
      const error =
        catalog && (await failure(catalog.page(cursor, { signal: new AbortController().signal })));
      expect(error).toEqual(
        catalog && expect.objectContaining({ name: 'InputError', field: 'next' } as object),
      );
      expect(pocket.server.requests.total).toBe(before);
    },
  );

  test('a caller may ask for another page size than the settings have', async () => {
    const { catalog, learners, id } = open({ pageSize: 50 });
    const sized = { signal: new AbortController().signal, pageSize: 3 };
    const page = await (catalog ?? learners)?.page(undefined, sized);
    expect([id, page?.rows.length]).toEqual([id, expect.any(Number)]);
    expect(page?.rows.length).toBeLessThanOrEqual(3);
    expect(page?.next).toBeDefined();
  });

  test.each(['429-seconds', '429-date', '503-seconds'] as const)('%s: the pause is kept', async (fault) => {
    const deps = testDeps();
    pocket.server.faults.set({
      rate: 1,
      kinds: [fault],
      paths: [mainPath],
      count: 1,
      retryAfterSeconds: 17,
    });
    // Dates are by the server's clock; the source's own goes with it.
    pocket.server.options.clock = () => deps.clock.now();
    const count = await countOf(main, open({}, deps));
    pocket.server.options.clock = undefined;
    expect(count).toBe(expected(main));
    expect(deps.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(17_000);
  });

  test('faults that pass cost nothing but time', async () => {
    spoil({ kinds: ['500', '502-html', '503', 'reset-before', 'reset-in-body', 'closed-early'], rate: 0.25 });
    const source = open({ pageSize: 3 });
    for (const name of reads) expect(await countOf(name, source)).toBe(expected(name));
  });

  test.each(['empty-200', 'login-page', 'truncated-json'] as const)(
    'an answer that is %s is an error, never an empty page',
    async (fault) => {
      const source = open();
      await countOf(main, source);
      spoil({ kinds: [fault] });
      for (const name of reads)
        expect(await failure(countOf(name, source))).toMatchObject({
          // Tried again, later too, for a system that answered well before.
          name: 'RetryableError',
          cause: { name: 'PayloadError' },
        });
    },
  );

  test('a redirect is not followed', async () => {
    spoil({ kinds: ['redirect'], paths: [mainPath] });
    expect(await failure(countOf(main, open()))).toMatchObject({ name: 'RefusedError', code: 'redirect' });
  });

  test('wrong credentials fail at once with a sentence that names the setting, and not the secret', async () => {
    const { id } = open();
    const deps = testDeps();
    const source = createSource(settingsOf(kind, pocket.url, 'wr0ng'), deps);
    for (const name of reads) {
      const error = await failure(countOf(name, source));
      expect(error.name).toBe('AuthError');
      expect(error.message).toContain(secretSetting(kind, id));
      expect(error.message).not.toContain('wr0ng');
    }
    expect(deps.clock.slept).toEqual([]);
  });

  test('two instances of one kind never mix their credentials', async () => {
    const other = await kind.start('another secret');
    try {
      const second = createSource(
        settingsOf(kind, other.url, 'another secret', { id: 'second' }),
        testDeps(),
      );
      const first = open({ pageSize: 3 });
      for (const { server } of [pocket, other]) server.requests.clear();
      const counts = await Promise.all([first, second].map((source) => countOf(main, source)));
      expect(counts).toEqual([expected(main), expected(main)]);
      for (const { server } of [pocket, other]) expect(server.requests.byStatus).not.toHaveProperty('401');
      other.setSecret('changed');
      const error = await failure(countOf(main, second));
      expect(error.message).toContain(secretSetting(kind, 'second'));
      expect(await countOf(main, first)).toBe(expected(main));
    } finally {
      await other.stop();
    }
  });

  test.each([
    ['before its answer', 'hang-before', undefined],
    ['within its answer', 'hang-in-body', mainPath],
    ['byte by byte', 'slow-body', mainPath],
  ] as const)('a server that hangs %s is given up at the deadline', async (_what, fault, path) => {
    spoil({ kinds: [fault], ...(path && { paths: [path] }) });
    // What the deadline is, is the HTTP client's own business; a shorter one proves that it holds here.
    const deps = { ...testDeps(), deadlineMs: 60, retries: 1 };
    const startedAt = performance.now();
    const error = await failure(countOf(main, open({}, deps)));
    expect(error.name).toBe('RetryableError');
    expect(error.message).toContain('gave no full answer within 0.06 s');
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test('an abort ends the call at once, with its reason', async () => {
    const source = open();
    await countOf(main, source);
    spoil({ kinds: ['hang-before'] });
    for (const name of reads) {
      const controller = new AbortController();
      const reason = new Error('the operator ended the run');
      const reading = failure(countOf(name, source, { signal: controller.signal }));
      pocket.server.onRequest = () => controller.abort(reason);
      expect(await reading).toBe(reason);
    }
  });

  test('says what it can do and no more', () => {
    const source = open();
    const offered = (['enrolments', 'learners', 'entities', 'signIns'] as const).filter(
      (name) => source[name],
    );
    expect(offered).toEqual(kind.can);
    expect([Boolean(source.catalog), Boolean(source.consumption)]).toEqual([
      Boolean(kind.reads.catalog),
      Boolean(kind.reads.consumption),
    ]);
  });

  const { feeds } = kind;
  if (feeds) {
    const catalogOnly =
      (edit: (body: Record<string, unknown>) => unknown): Edit =>
      (body, { path }) =>
        path.includes(kind.reads.catalog!) ? edit(body as Record<string, unknown>) : body;
    const rowsIn = (body: unknown) => (body as Record<string, Record<string, unknown>[]>)[feeds.rows] ?? [];

    test.each([1, 3, 20, 1000])('no row is lost or doubled with %d in a page', async (pageSize) => {
      const source = open({ pageSize });
      const { rows, total } = await readCatalog(source);
      expect(keysOf(rows)).toEqual(pocket.courses());
      expect(total).toBe(kind.counts ? rows.length : undefined);
      const progress = await readConsumption(source);
      expect(progress).toHaveLength(pocket.rows());
      expect(new Set(keysOf(progress)).size).toBe(pocket.rows());
      expect([...rows, ...progress].every(({ ok }) => ok)).toBe(true);
    });

    test('a course is read by its id; one that is not there is undefined', async () => {
      const source = open();
      const [id = ''] = pocket.courses();
      expect(await source.catalog!.read(id, untouched())).toMatchObject({ ok: true, record: { id } });
      const gone = id.replace(/\d(?=\D*$)/, '777777');
      expect(await source.catalog!.read(gone, untouched())).toBeUndefined();
    });

    test('a field that changes its type costs its row alone', async () => {
      const chosen = new Map<string, string>();
      const source = await edited((body, { path }) => {
        const part = path.includes(kind.reads.catalog!) ? 'course' : 'progress';
        for (const row of rowsIn(body)) {
          const text = JSON.stringify(row);
          if (!chosen.has(part)) chosen.set(part, text);
          if (chosen.get(part) === text) row[feeds.fields[part]] = { was: row[feeds.fields[part]] };
        }
        return body;
      });
      const reason = (field: string) => expect.stringMatching(new RegExp(`\\$\\.${field}\\b`));
      const catalog = (await readCatalog(source)).rows;
      expect(keysOf(catalog)).toEqual(pocket.courses());
      expect(catalog.filter(({ ok }) => !ok)).toMatchObject([{ reason: reason(feeds.fields.course) }]);
      const progress = await readConsumption(source);
      expect(progress).toHaveLength(pocket.rows());
      expect(progress.filter(({ ok }) => !ok)).toMatchObject([{ reason: reason(feeds.fields.progress) }]);
    });

    test.each([
      ['loses its rows', (body: Record<string, unknown>) => ({ ...body, [feeds.rows]: undefined })],
      ['makes an object of its rows', (body: Record<string, unknown>) => ({ ...body, [feeds.rows]: {} })],
      ['is a bare list', (body: Record<string, unknown>) => body[feeds.rows]],
      ['is an error in disguise', () => ({ error: 'Something went wrong' })],
      ['is null', () => null],
      ['is cut short', (body: Record<string, unknown>) => JSON.stringify(body).slice(0, -9)],
    ])('an envelope that %s is an error, never an empty page', async (_what, edit) => {
      const ofConsumption: Edit = (body, { path }) =>
        path.includes(kind.reads.consumption!) ? edit(body as Record<string, unknown>) : body;
      for (const [read, change] of [
        [readCatalog, catalogOnly(edit)],
        [readConsumption, ofConsumption],
      ] as const) {
        const error = await failure(read(await edited(change)));
        expect(error.cause ?? error).toMatchObject({ name: 'PayloadError' });
        expect(error.message).toContain(`source ${open().id}`);
      }
    });

    test.each(Object.keys(feeds.astray))('a reader that is led %s stops with an error', async (way) => {
      const source = await edited(catalogOnly(feeds.astray[way]!()));
      expect((await failure(readCatalog(source))).name).toBe('PayloadError');
    });
  }

  if (kind.reads.learners)
    test.each([1, 3, 20, 1000])('no learner is lost or doubled with %d in a page', async (pageSize) => {
      const learners = await readLearners(open({ pageSize }));
      expect(new Set(learners.map(({ id }) => id)).size).toBe(expected('learners'));
      expect(learners).toHaveLength(expected('learners'));
    });
});
