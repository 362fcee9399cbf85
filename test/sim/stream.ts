/** The event stream between containerd and us: it loses, doubles, delays and reorders, and it breaks off. */
import type { Clock } from './clock.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { Fact } from './truth.ts'

export interface Stream {
  readonly publish: (fact: Fact) => void
  readonly subscribe: () => void
  /** What is on its way is lost with it. */
  readonly breakOff: () => void
  readonly isOpen: () => boolean
  /** Nothing is on its way. */
  readonly isIdle: () => boolean
}

export const createStream = (
  { clock, random, plan: { faults }, calmAt, deliver }: {
    readonly clock: Clock
    readonly random: Random
    readonly plan: Plan
    readonly calmAt: number
    readonly deliver: (fact: Fact) => void
  },
): Stream => {
  let subscription = 0
  let open = false
  let inTheAir = 0
  const send = (fact: Fact, delayMs: number): void => {
    const mine = subscription
    inTheAir += 1
    clock.after(delayMs, () => {
      inTheAir -= 1
      if (open && mine === subscription) deliver(fact)
    })
  }
  return {
    publish: (fact) => {
      if (!open) return
      const isCalm = clock.now() >= calmAt
      if (!isCalm && random.chance(faults.eventLost)) return
      // What containerd says of its own records comes in order, by one stream; what shims say comes by way of their retries.
      if (fact._tag === 'ContainerChanged' || fact._tag === 'ContainerDeleted') {
        send(fact, 3)
        if (!isCalm && random.chance(faults.eventDoubled)) send(fact, 3)
        return
      }
      const delay = (): number => (!isCalm && random.chance(faults.eventLate) ? random.int(5, 20_000) : random.int(1, 5))
      send(fact, delay())
      if (!isCalm && random.chance(faults.eventDoubled)) send(fact, delay() + random.int(0, 2_000))
    },
    subscribe: () => {
      subscription += 1
      open = true
    },
    breakOff: () => {
      open = false
    },
    isOpen: () => open,
    isIdle: () => inTheAir === 0,
  }
}
