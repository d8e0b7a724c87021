import type { Run, Slice } from '../../domain/run';
import { OddAnswerError } from '../../errors';

/**
 * Whether an unusable answer (a maintenance page) comes from a source that has answered well in this run, perhaps
 * to another worker: then it passes. As the first answer of a run it means a wrong address, and the run fails at once.
 * @param slice left out while the run is planned.
 */
export function passesSoon(error: unknown, run: Run, slice?: Slice): boolean {
  if (!(error instanceof OddAnswerError) || !error.system.endsWith(`source ${run.source}`)) return false;
  if (!slice) return run.planPoint !== undefined;
  if (run.slices.done > 0) return true;
  const { work } = slice;
  // Windows were counted when they were planned, and the courses of a scan were listed.
  if (work.type === 'window' || work.type === 'courses') return true;
  if (work.type === 'course' && run.kind === 'consumption' && run.request.courseId === undefined) return true;
  return 'resume' in work && work.resume !== undefined;
}
