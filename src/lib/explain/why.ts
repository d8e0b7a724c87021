import { type Explanation, replayOf } from './explanation';

type Reading = Pick<Explanation, 'atSource' | 'atSink' | 'quarantine' | 'feed'>;
type Why = Pick<Explanation, 'why' | 'next'>;

/** Why a scanned feed's record is at the sink as it is. @param sync the command that sends it. No command names the learner: it is the person's to write. */
export function whyScanned({ atSource, atSink: { told }, quarantine, feed }: Reading, sync: string): Why {
  const replay = replayOf(quarantine);
  const waiting = feed.activeRun ? ` The run ${feed.activeRun} is at the feed now.` : '';
  switch (atSource.found) {
    case 'unreadable':
      return { why: `The source's row cannot be read: ${atSource.reason}.`, next: replay ?? sync };
    case 'never sent':
      return { why: `The row is never sent: ${atSource.reason}.`, next: undefined };
    case 'no':
      return told === 'told'
        ? {
            why: 'The source no longer has the row; results that were sent are not withdrawn.',
            next: undefined,
          }
        : { why: 'The source has no row of this learner in this course.', next: undefined };
    default:
  }
  if (replay) return { why: `The row is in quarantine: ${quarantine[0]?.reason}.`, next: replay };
  switch (told) {
    case 'same':
      return { why: 'The sink was told just this, and acknowledged it.', next: undefined };
    case 'in doubt':
      return {
        why: `Something of the course was sent whose acknowledgement is not known; the next sync sends the course again.${waiting}`,
        next: sync,
      };
    case 'never':
      return { why: `No sync has sent the row yet.${waiting}`, next: sync };
    default:
      return { why: `The source changed the row after the last sync.${waiting}`, next: sync };
  }
}

/** What can be said of a windowed feed, which keeps no ledger. @param sync the command that sends what changed. */
export function whyWindowed({ quarantine, feed }: Reading, sync: string): Why {
  const replay = replayOf(quarantine);
  if (replay) return { why: `The row is in quarantine: ${quarantine[0]?.reason}.`, next: replay };
  const kept = 'What was sent of one learner is not kept: this source is read by time.';
  if (feed.watermark === undefined) return { why: `${kept} Nothing was delivered yet.`, next: sync };
  return {
    why: `${kept} What the source changed before the watermark ${feed.watermark} was sent, unless it was refused or skipped; the row is not in quarantine.`,
    next: `for a change after it: ${sync}; for one before it, send it again: ${sync} --full --learner ADDRESS`,
  };
}
