/**
 * A setting that must stay secret: given as it is, or as `kv:NAME` in the vault. It holds no text that a log
 * could print; whoever needs it asks.
 */
export interface Secret {
  /** The setting's name, for messages. */
  readonly setting: string;
  /** @throws AuthError or RetryableError, naming the setting, when the vault does not give it. */
  read(): Promise<string>;
  /**
   * As the vault has it now, for whoever was shown what fits no value that is kept. Asked of the vault at most once
   * in half a minute, since strangers can cause it; meanwhile the answer is the same.
   * @throws as `read`; what is kept stays.
   */
  readAgain(): Promise<string>;
  /** After the value was refused: the next read asks the vault again. */
  forget(): void;
}
