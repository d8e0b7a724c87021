import type { Tone } from './icons';

// A picture of its own knows nothing of the page's style; these stand out on light and dark tabs.
const colours: Readonly<Record<Tone, string>> = {
  good: '#0b8a6f',
  look: '#b97700',
  bad: '#d0342a',
  busy: '#2f74d8',
  quiet: '#6d7680',
};

/** The tab's picture, a bridge in the colour of how things are: within the page, so that nothing is asked for. */
export function favicon(tone: Tone): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="${colours[tone]}"/><path d="M2 11.5h12M2.5 11.5C4 5.6 12 5.6 13.5 11.5M5.5 8v3.5M8 7.2v4.3M10.5 8v3.5" fill="none" stroke="#fff" stroke-width="1.3" stroke-linecap="round"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
