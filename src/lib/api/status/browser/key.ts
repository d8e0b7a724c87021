export const page = new URL(location.href);

/** Of the host, that opened the page. */
export const key = page.searchParams.get('code');

/** Gives the key to the links to other pages, in the document or in a part that is to come into it. */
export function withKey(within: Document): Document {
  if (key)
    for (const link of within.querySelectorAll('a[data-page]')) {
      const to = new URL(link.getAttribute('href') ?? '', page);
      to.searchParams.set('code', key);
      link.setAttribute('href', to.pathname + to.search);
    }
  return within;
}

/** And to the forms that load a page. */
export function takeKeyAlong(): void {
  withKey(document);
  if (key)
    for (const form of document.querySelectorAll('form[method=get]')) {
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = 'code';
      field.value = key;
      form.append(field);
    }
}
