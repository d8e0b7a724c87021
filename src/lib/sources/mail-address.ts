/** A lower-cased mail address, if it is one. */
export function lowerCasedAddress(text: string | null | undefined): string | undefined {
  const lower = text?.trim().toLowerCase();
  return lower && /^[^\s@]+@[^\s@]+$/.test(lower) ? lower : undefined;
}
