/** Keeps some faults out while something is under way that they would make untellable: a container's start, a shim that is stopped. */
import { waitFor } from '../support/wait_for.ts'

export interface Turnstile {
  /** Does `action` while no fault strikes. Any number at once. */
  readonly pass: <A>(action: () => Promise<A>) => Promise<A>
  /** Does `fault` when nobody is passing, and lets nobody begin meanwhile. */
  readonly close: <A>(fault: () => Promise<A>) => Promise<A>
}

const patience = { timeoutMs: 120_000, everyMs: 5 }

export const turnstile = (): Turnstile => {
  let passing = 0
  let closed = false
  return {
    pass: async (action) => {
      await waitFor(() => !closed, { what: 'a fault to be over', ...patience })
      passing += 1
      try {
        return await action()
      } finally {
        passing -= 1
      }
    },
    close: async (fault) => {
      await waitFor(() => !closed, { what: 'another fault to be over', ...patience })
      closed = true
      try {
        await waitFor(() => passing === 0, { what: 'nothing to be under way', ...patience })
        return await fault()
      } finally {
        closed = false
      }
    },
  }
}
