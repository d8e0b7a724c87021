import { part } from './call';
import { patch } from './patch';

const again = document.body.getAttribute('data-again') === 'yes';
let timer: ReturnType<typeof setTimeout> | undefined;

/** How long until the next look: the page itself says when there is less to see. */
export const everyMs = (): number =>
  Number(document.querySelector('[data-every]')?.getAttribute('data-every')) || 3000;

/** Looks now, and from then on again. */
export async function refresh(): Promise<void> {
  clearTimeout(timer);
  try {
    show(await part('now'));
  } catch (error) {
    tellStale((error as Error).message);
  }
  later();
}

/** Looks every few seconds, while somebody looks at the page. */
export function keepLooking(): void {
  document.addEventListener('visibilitychange', () => {
    if (again && !document.hidden) void refresh();
  });
  later();
}

function later(): void {
  clearTimeout(timer);
  if (again) timer = setTimeout(() => (document.hidden ? later() : void refresh()), everyMs());
}

function show(now: Document): void {
  // The page said that there was nothing to show; now there is.
  if (!document.querySelector('main [data-live]')) return location.reload();
  for (const fresh of now.querySelectorAll('[data-live]')) {
    const old = document.getElementById(fresh.id);
    if (old) patch(old, fresh);
  }
  document.title = document.getElementById('verdict')?.getAttribute('data-title') ?? document.title;
  banner().hidden = true;
  document.body.classList.remove('stale');
}

function tellStale(why: string): void {
  const last = document.querySelector('[data-at]');
  const text = `${why.replace(/\.$/, '')}. Trying again.${
    last ? ` What you see is of ${last.getAttribute('data-at')}.` : ''
  }`;
  // Said anew it would be read out anew.
  if (banner().textContent !== text) banner().textContent = text;
  banner().hidden = false;
  document.body.classList.toggle('stale', last !== null);
}

const banner = (): HTMLElement => document.getElementById('banner') as HTMLElement;
