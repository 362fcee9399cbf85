/**
 * Calls on their way between us and a simulated containerd: each travels there, is served, and its answer travels back, while either side
 * may go down. Knows nothing of what is asked.
 */
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

export interface Calls {
  /** One call: there, served, and back, once. */
  readonly call: <A>(call: Call<A>) => void
  /** Something that comes back by itself, and that whoever waits for silence has to wait for. */
  readonly later: (delayMs: number, act: () => void) => void
  readonly giveUp: (name: string) => void
  /** containerd went down: whatever was asked of it ends without an answer. */
  readonly disconnected: () => void
  /** Our process died: containerd notices, and gives up what it was doing for us. */
  readonly crash: () => void
  /** No call is on its way, other than Waits. */
  readonly isIdle: () => boolean
}

export interface Call<A> {
  /** What it can be given up by. */
  readonly name: string
  /** The life of our process that asks. */
  readonly mine: number
  readonly isWait?: boolean
  /** The answer when the connection is lost. */
  readonly lost: A
  /** `here`: whether the caller still is. What is returned is told that the caller gives up. */
  readonly serve: (reply: (answer: A) => void, here: () => boolean) => (() => void) | void
  readonly answered: (answer: A) => void
}

interface Open {
  readonly lose: () => void
  readonly giveUp: () => void
  readonly isWait: boolean
}

export const createCalls = (
  { clock, random, travel, isUp, life }: {
    readonly clock: Clock
    readonly random: Random
    readonly travel: () => number
    readonly isUp: () => boolean
    readonly life: () => number
  },
): Calls => {
  const calls = new Map<string, Open>()
  /** Something that comes back by itself, and that whoever waits for silence has to wait for. */
  let underWay = 0
  const later = (delayMs: number, act: () => void): void => {
    underWay += 1
    clock.after(delayMs, () => {
      underWay -= 1
      act()
    })
  }
  const call: Calls['call'] = ({ name, mine, isWait = false, lost, serve, answered }) => {
    let isOver = false
    let isLost = false
    let giveUp: (() => void) | undefined
    let isGivenUp = false
    const settle = (answer: typeof lost): void => {
      if (isOver) return
      isOver = true
      calls.delete(name)
      if (mine === life()) answered(answer)
    }
    const lose = (): void => {
      isLost = true
      clock.after(random.int(0, 5), () => settle(lost))
    }
    calls.set(name, {
      isWait,
      lose,
      giveUp: () => {
        isGivenUp = true
        isOver = true
        calls.delete(name)
        giveUp?.()
      },
    })
    clock.after(travel(), () => {
      if (isLost) return
      // A call that was given up on its way arrives all the same, half of the time.
      if (isGivenUp && (isWait || random.chance(0.5))) return
      if (!isUp()) return lose()
      giveUp = serve((answer) => void clock.after(travel(), () => (isLost ? undefined : settle(answer))), () => !isOver) ?? undefined
      if (isGivenUp) giveUp?.()
    })
  }
  return {
    call,
    later,
    giveUp: (name) => calls.get(name)?.giveUp(),
    disconnected: () => {
      for (const { lose } of [...calls.values()]) lose()
    },
    crash: () => {
      for (const { giveUp } of [...calls.values()]) giveUp()
    },
    isIdle: () => underWay === 0 && [...calls.values()].every(({ isWait }) => isWait),
  }
}
