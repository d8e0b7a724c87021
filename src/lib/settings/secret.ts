/**
 * A setting that must stay secret: given as it is, or as `kv:NAME` in the vault. It holds no text that a log
 * could print; whoever needs it asks.
 */
export interface Secret {
  /** The setting's name, for messages. */
  readonly setting: string;
  /** @throws AuthError or RetryableError, naming the setting, when the vault does not give it. */
  read(): Promise<string>;
  /** After the value was refused: the next read asks the vault again. */
  forget(): void;
}
