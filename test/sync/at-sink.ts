import type { Sandbox } from '../../sandbox/sandbox';
import type { GradeRow } from '../../sandbox/data/grade-table';

/** Grades of the source that the sink does not hold with their present value. */
export function notAtSink({ openEdx, ldServices }: Sandbox): GradeRow[] {
  const { consumption } = ldServices.state;
  return [...openEdx.state.grades].filter(({ learner, courseId, passed }) => {
    const held = consumption.get(`${learner.email}|${courseId.replace(/^course-v1:/, '')}|16`);
    return held?.record.ConsumptionStatus !== (passed ? 'Passed' : 'InProgress');
  });
}
