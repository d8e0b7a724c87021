/** Makes a node like another, and touches only what is different. What bears `data-key` is moved, not made anew. */
export function patch(old: Node, now: Node): void {
  if (old instanceof Element && now instanceof Element) {
    patchAttributes(old, now);
    patchChildren(old, now);
  } else if (old instanceof CharacterData && now instanceof CharacterData && old.data !== now.data) {
    old.data = now.data;
  }
}

function patchAttributes(old: Element, now: Element): void {
  for (const { name, value } of now.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  // A button is disabled here, while its call is on its way.
  for (const { name } of [...old.attributes])
    if (!now.hasAttribute(name) && name !== 'disabled') old.removeAttribute(name);
}

function patchChildren(old: Element, now: Element): void {
  const keyed = new Map([...old.childNodes].map((child) => [keyOf(child), child]));
  let at = old.firstChild;
  for (const want of [...now.childNodes]) {
    const key = keyOf(want);
    const match = key ? keyed.get(key) : at && alike(at, want) ? at : undefined;
    if (!match) {
      old.insertBefore(document.importNode(want, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    patch(match, want);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const alike = (a: Node, b: Node): boolean =>
  !keyOf(a) && a.nodeType === b.nodeType && a.nodeName === b.nodeName;

const keyOf = (node: Node): string | null => (node instanceof Element ? node.getAttribute('data-key') : null);
