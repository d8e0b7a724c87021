/** An event as it came: what was sent, and what stood beside it. */
export interface GivenEvent {
  readonly body: unknown;
  /** `X-Event-Type`. */
  readonly typeHeader: string | undefined;
  /** The address's `event`. */
  readonly eventName: string | undefined;
}
