import fc from 'fast-check';
import { statuses } from '../../sandbox/khalibre/options';
import type { App } from '../../src/lib/app';
import { replayEvents } from '../../src/lib/webhooks/replay-events';
import { type Bridge, startBridge } from '../setup/bridge';
import { settle, take } from './hooks';

const day = 24 * 3_600_000;
let bridge: Bridge;
let apps: [App, App];
let now = Date.parse('2026-03-02T10:07:00Z');
beforeAll(async () => {
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 40, learners: 0 } },
    overrides: { now: () => now },
  });
  apps = [bridge.app, bridge.another()];
});
afterAll(() => bridge.stop());

/** Something happens at the vendor; its event comes `late` steps later, `copies` times. */
const step = fc.record({
  course: fc.nat({ max: 2 }),
  change: fc.constantFrom('rename', 'close', 'open', 'remove', 'progress'),
  late: fc.nat({ max: 6 }),
  copies: fc.integer({ min: 1, max: 3 }),
  sameId: fc.boolean(),
  work: fc.boolean(),
});
const learner = 'ann@example.com';
let runs = 0;

test('every order, repetition and replay of a history of events ends in the same state at the sink', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(), async (steps, salt) => {
      const first = 10_000 + 10 * runs++;
      now += day + 60_000;
      const truth = play(first, salt);
      const line: { at: number; body: object; headers: Record<string, string> }[] = [];
      const taken: string[] = [];
      for (let at = 0; at < steps.length + 7; at++) {
        const now_ = steps[at];
        if (now_) {
          const body = truth.change(now_.course, now_.change);
          for (let copy = 0; body && copy < now_.copies; copy++) {
            const headers = now_.sameId ? { 'webhook-id': `msg_${first}_${at}` } : {};
            line.push({
              at: at + ((now_.late * (copy + 1)) % 7),
              body,
              headers: headers as Record<string, string>,
            });
          }
        }
        for (const { body, headers } of line.filter((one) => one.at === at))
          taken.push(await take(bridge.app, body, headers));
        if (now_?.work) await work();
      }
      await work();
      truth.compare();
      await replayEvents(bridge.app.engine, [...new Set(taken)].reverse());
      await work();
      truth.compare();
    }),
    { seed: 20260302, numRuns: 25 },
  );
}, 120_000);

async function work(): Promise<void> {
  // Later than events are gathered for.
  now += 60_000;
  await settle(...apps);
}

/** Three courses of this run. The last keeps its learner, so it stays open: results of a closed one cannot be read. */
function play(first: number, salt: number) {
  const { state } = bridge.sandbox.khalibre!;
  const sink = bridge.sandbox.ldServices.state;
  let version = 0;
  return {
    /** @returns the event's body, if there is one. */
    change(n: number, change: string): object | undefined {
      const courseId = first + n;
      const known = state.courses.has(courseId);
      const title = `Course ${courseId} in its version ${salt}.${++version}`;
      if (n === 2) {
        if (!known) state.putCourse({ id: courseId, title });
        if (change !== 'progress') {
          state.putCourse({ id: courseId, title });
          return { eventType: 'course.updated', courseId };
        }
        const status = version % 2 ? statuses.completed : statuses.inProgress;
        state.putProgress({ courseId, email: learner, completedActivity: version, status });
        return { eventType: 'course.status', courseId, ...(version % 3 ? { learnerEmail: learner } : {}) };
      }
      if (change === 'remove' && known) state.removeCourse(courseId);
      else if (change === 'close' && known) state.putCourse({ id: courseId, state: 'draft' });
      else state.putCourse({ id: courseId, title, state: 'public' });
      // What the event calls it counts for nothing.
      return { eventType: version % 2 ? 'course.updated' : 'course.deleted', courseId };
    },
    compare(): void {
      for (const courseId of [first, first + 1, first + 2]) {
        const course = state.courses.get(courseId);
        const record = sink.catalog.get(`17|${courseId}`)?.record;
        const shown = record?.Deleted === 'false' ? record.Name : undefined;
        const told = courseId !== first + 2 || record !== undefined;
        if (told)
          expect(shown).toEqual(
            course?.state === 'public' ? expect.stringContaining(titleOf(course)) : undefined,
          );
      }
      const row = state.find(first + 2, learner, state.courses.get(first + 2)?.communities[0] ?? 0);
      const held = [...sink.consumption.values()].filter(
        ({ record }) => record.ExternalId === String(first + 2),
      );
      expect(held.map(({ record }) => record.ConsumptionStatus)).toEqual(
        row ? [row.status.code === statuses.completed.code ? 'Passed' : 'InProgress'] : [],
      );
    },
  };
}

const titleOf = ({ title }: { title: string }): string => title;
