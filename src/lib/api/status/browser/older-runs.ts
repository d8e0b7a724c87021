import { part } from './call';
import { sayFault } from './post';

/** The button below the runs, which brings older ones. */
export function offerOlderRuns(): void {
  const more = document.getElementById('more');
  if (more instanceof HTMLButtonElement) more.addEventListener('click', () => void bring(more));
}

async function bring(more: HTMLButtonElement): Promise<void> {
  const last = [...document.querySelectorAll('#runs tr[data-key], #older tr[data-key]')].at(-1);
  if (!last) return;
  more.disabled = true;
  try {
    const older = await part('runs', last.getAttribute('data-key') ?? '');
    const body = older.querySelector('tbody') as HTMLTableSectionElement;
    for (const row of [...body.rows])
      document.getElementById('older')?.append(document.importNode(row, true));
    more.hidden = body.getAttribute('data-more') !== 'yes';
  } catch (error) {
    sayFault(error);
  } finally {
    more.disabled = false;
  }
}
