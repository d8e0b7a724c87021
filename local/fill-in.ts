/**
 * Fills in every `%NAME%` from the settings, as the platform does in schedules and queue names.
 * @throws Error that names the missing setting
 */
export function fillIn(text: string, settings: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name]?.trim();
    if (!value) throw new Error(`the setting ${name} is missing`);
    return value;
  });
}
