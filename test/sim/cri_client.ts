/**
 * One client of the event stream: what is written to it lies in buffers first, as many bytes as the transport has room for; it reads from
 * there, or does not, and when it dies, what it has not read is lost and the server hears of it a moment later.
 */
import type { Entry } from '../../shell/cri/entry.ts'
import type { Listening } from '../../shell/cri/feed.ts'
import type { Sink } from '../../shell/cri/pump.ts'
import type { Clock } from './clock.ts'
import type { Checker } from './hooks.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import { criLimits } from './cri.ts'

export interface CriClient {
  /** A reaper is there. */
  readonly begin: () => void
  /** The reaper died. */
  readonly cutOff: () => void
}

export interface CriClientEnv {
  readonly name: string
  readonly namespace: string
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly hooks: () => Required<Checker>
  readonly listen: (sink: Sink) => Listening | undefined
  readonly entry: (bytes: Uint8Array) => Entry | undefined
}

interface Message {
  readonly entry: Entry
  readonly bytes: number
  readonly taken: () => void
  /** When the transport took it. */
  takenAt: number
}

/** One call; a client makes a new one whenever it comes back. */
interface Session {
  readonly offered: Message[]
  readonly unread: Message[]
  listening: Listening | undefined
  isReading: boolean
  /** It has died, which the server learns a moment later: until then the transport takes what it has room for. */
  isDead: boolean
  /** The server has let go of it. */
  isOver: boolean
}

/** Clients that have just come do not go again at once: else one that comes for the first time might take another's place. */
const settledMs = 1_000

export const createClient = ({ name, namespace, clock, random, plan, calmAt, hooks, listen, entry }: CriClientEnv): CriClient => {
  const { faults } = plan
  const { windowBytes, settleMs } = criLimits(plan)
  const rolls = (probability: number): boolean => clock.now() < calmAt && random.chance(probability)
  let life = 0
  let began = 0
  let session: Session | undefined

  const later = (ms: number, act: () => void): void => {
    const mine = life
    clock.after(ms, () => {
      if (mine === life) act()
    })
  }
  /** The transport takes what it has room for. */
  const take = (of: Session): void => {
    const room = windowBytes - of.unread.reduce((sum, { bytes }) => sum + bytes, 0)
    const [next] = of.offered
    if (of.isOver || next === undefined || next.bytes > room) return
    of.offered.shift()
    next.takenAt = clock.now()
    of.unread.push(next)
    next.taken()
    read(of)
    take(of)
  }
  const read = (of: Session): void => {
    if (of.isReading || of.isDead || of.isOver || of.unread.length === 0) return
    of.isReading = true
    const ms = rolls(faults.criStalls) ? random.int(500, 20_000) : random.int(0, 5)
    later(ms, () => {
      of.isReading = false
      const [next] = of.unread
      if (of.isOver || next === undefined) return
      if (rolls(faults.criDies) && clock.now() - began > settledMs) return die(of)
      of.unread.shift()
      hooks().criHeard(name, next.entry)
      take(of)
      read(of)
    })
  }
  const die = (of: Session): void => {
    of.isDead = true
    session = undefined
    later(random.int(0, 60), () => {
      if (of.isOver) return
      of.isOver = true
      // Written long ago, and the server cannot see that it was never read: the transport has taken all there was.
      const last = of.unread.findLast(({ takenAt }) => clock.now() - takenAt >= settleMs)
      if (last !== undefined && of.offered.length === 0) hooks().criForgotten(name, last.entry)
      of.listening?.close()
    })
    later(random.delay(20, 15_000, 0.5), come)
  }
  const come = (): void => {
    const mine: Session = { offered: [], unread: [], listening: undefined, isReading: false, isDead: false, isOver: false }
    session = mine
    hooks().criCame(name, namespace)
    mine.listening = listen({
      write: (bytes, taken) => {
        const found = entry(bytes)
        if (found === undefined) throw new Error('an event that nobody rendered')
        if (!mine.isDead) hooks().criSent(name, found)
        mine.offered.push({ entry: found, bytes: bytes.length, taken, takenAt: 0 })
        clock.after(0, () => take(mine))
      },
      cut: (missed) => {
        mine.isOver = true
        if (mine.isDead) return
        hooks().criCut(name, missed)
        session = undefined
        later(random.int(100, 2_000), come)
      },
    })
  }
  return {
    begin: () => {
      began = clock.now()
      later(random.int(0, 50), come)
    },
    cutOff: () => {
      life += 1
      if (session !== undefined) session.isOver = true
      session = undefined
    },
  }
}
