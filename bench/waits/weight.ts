/** What one process weighs, in bytes, and how the message that says so is known. */

export interface Weight {
  /** The heap and what is kept outside it for it. */
  readonly heap: number
  /** What the kernel counts. */
  readonly rss: number
}

export const isWeight = (message: unknown): message is Weight =>
  typeof message === 'object' && message !== null && 'heap' in message && 'rss' in message
