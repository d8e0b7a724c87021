import { Refused } from './call';
import { follow } from './follow';
import { type Done, post, say, sayFault } from './post';

/** The form that starts runs. */
export function sendResyncs(): void {
  const form = document.getElementById('resync');
  if (form instanceof HTMLFormElement)
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void send(form);
    });
}

async function send(form: HTMLFormElement): Promise<void> {
  const asked = JSON.stringify(filledIn(form));
  say('Starting…');
  let done: Done | undefined;
  try {
    done = await post('resync', asked, form.querySelector('button') as HTMLButtonElement);
  } catch (error) {
    sayFault(error);
    if (error instanceof Refused) pointAt(form, error.fields[0]?.field);
    return;
  }
  const runs = done?.runs;
  if (!runs) return;
  say(runs.length === 1 ? 'Started.' : `${runs.length} runs started.`);
  follow(runs);
}

/** What people left empty is not sent. */
function filledIn(form: HTMLFormElement): Record<string, string | true> {
  const asked: Record<string, string | true> = {};
  for (const field of form.elements) {
    field.removeAttribute('aria-invalid');
    if (field instanceof HTMLInputElement && field.type === 'checkbox') {
      if (field.name && field.checked) asked[field.name] = true;
    } else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
      const value = field.value.trim();
      if (field.name && value) asked[field.name] = value;
    }
  }
  return asked;
}

function pointAt(form: HTMLFormElement, name: string | undefined): void {
  const field = name === undefined ? null : form.elements.namedItem(name);
  if (!(field instanceof HTMLElement)) return;
  field.setAttribute('aria-invalid', 'true');
  field.focus();
}
