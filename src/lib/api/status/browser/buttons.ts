import { follow } from './follow';
import { type Done, post, say, sayFault } from './post';

/** Whatever bears `data-post` calls the API there. */
export function callTheApi(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest<HTMLButtonElement>('button[data-post]');
    if (button) void press(button);
  });
}

async function press(button: HTMLButtonElement): Promise<void> {
  let done: Done | undefined;
  try {
    const body = button.getAttribute('data-body') || '{}';
    done = await post(button.getAttribute('data-post') ?? '', body, button);
  } catch (error) {
    sayFault(error).scrollIntoView({ block: 'nearest' });
    return;
  }
  if (!done) return;
  say(told(done));
  follow(done.runs ?? []);
}

function told({ replayed, ended, system, runs }: Done): string {
  if (replayed !== undefined) return `${replayed} tried again.`;
  if (ended) return `${system} is called again.`;
  return runs ? 'Started.' : 'Cancelled: it stops within seconds.';
}
