/** Sandboxes are announced once a life, with or without a pause container; images end up with the digest that containerd has. */
import type { Announcement, SandboxKey } from '../../../core/index.ts'
import { entries, lookup, parts, sandboxKey } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import { runText } from './support.ts'

export const sandboxOnce = (view: View): Checker => {
  const rule = 'a sandbox ends once'
  const stopped = new Map<SandboxKey, Announcement[]>()
  const livesOf = (key: SandboxKey): ReadonlyArray<View['others']['sandboxes'][number]> =>
    view.others.sandboxes.filter((it) => it.key === key)
  /** The end of a pause container that nobody ended; the machine knows that it ran, and finds it gone. */
  const hasLostPower = ({ key, pause, startedAt }: View['others']['sandboxes'][number]): boolean =>
    pause &&
    view.containerd.runs.some((run) => sandboxKey(...parts(run.key)) === key && run.startedAt === startedAt && run.exit !== undefined)
  /** Sandboxes that the present process has believed to be there. */
  let followed = new Set<SandboxKey>()
  return {
    stepped: (_event, before, after) => {
      if (after.sandboxes === before.sandboxes) return
      for (const [key, { phase }] of entries(after.sandboxes)) if (phase._tag === 'Ready') followed.add(key)
    },
    crashed: () => {
      followed = new Set()
    },
    durable: (records) => {
      for (const record of records) {
        if (record._tag !== 'Announcement' || record.type !== 'CONTAINER_STOPPED') continue
        const key = sandboxKey(record.run.namespace, record.run.id)
        const lives = livesOf(key)
        if (lives.length === 0) continue
        const all = [...(stopped.get(key) ?? []), record]
        stopped.set(key, all)
        const same = all.filter((it) => it.run.generation === record.run.generation && it.run.pid === record.run.pid)
        if (same.length > 1) broken(rule, `${runText(record)} announced twice`)
        const over = lives.filter((life) => life.exit !== undefined || life.removedAt !== undefined || hasLostPower(life)).length
        if (all.length > over) broken(rule, `${key} announced ${all.length} times and ended ${over} times`)
      }
    },
    quiet: (state) => {
      for (const key of followed) {
        const [life, ...more] = livesOf(key)
        const known = lookup(key, state.sandboxes)?.phase
        // Of several lives some may have come and gone between two words of them.
        if (life?.exit === undefined || more.length > 0 || stopped.has(key) || (known?._tag === 'Ready' && known.unwatchable)) continue
        broken(rule, `${key} was believed to be there, has ended, and was not announced`)
      }
      for (const [key, { phase }] of entries(state.sandboxes)) {
        if (phase._tag === 'Recording' || phase._tag === 'BackingOff') broken(rule, `${key} is ${phase._tag}`)
        const life = livesOf(key).at(-1)
        if (phase._tag === 'Ready' && life?.exit !== undefined && !phase.unwatchable) {
          broken(rule, `${key} has ended and is believed to be there`)
        }
      }
    },
  }
}

export const imagesAreKnown = (view: View): Checker => {
  const rule = 'images are known'
  /** Images of whose last change the present process was told. */
  let toldOf = new Map<string, number | undefined>()
  return {
    told: (event) => {
      if (event._tag === 'ImageChanged') toldOf.set(event.image, view.others.imageChanges.get(event.image))
    },
    crashed: () => {
      toldOf = new Map()
    },
    quiet: (state) => {
      for (const [key, digest] of view.others.images) {
        if (!toldOf.has(key) || toldOf.get(key) !== view.others.imageChanges.get(key)) continue
        const known = lookup(key, state.images)
        if (known?.digest !== digest || (known !== undefined && known.work._tag !== 'Idle')) {
          broken(rule, `${key} is ${digest ?? 'gone'}, and known as ${known?.digest ?? 'gone'} (${known?.work._tag ?? 'forgotten'})`)
        }
      }
    },
  }
}
