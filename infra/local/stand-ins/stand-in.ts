// What every stand-in is to whoever starts it: an address, and a way to stop.

export interface StandIn {
  readonly url: string;
  close(): Promise<void>;
}
