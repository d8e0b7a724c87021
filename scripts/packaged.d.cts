/** What the packaged app in the folder needs and does not have, a sentence each; none when all is there and loads. */
export function missingIn(folder: string): Promise<string[]>;
/** The package that the host answers for while it loads the app. */
export const ofTheHost: string;
