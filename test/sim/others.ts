/** The sandbox store and the images of a simulated containerd: small worlds of their own beside the tasks. */
import type { ImageKey, ImageSettled, Nanos, SandboxKey, SandboxWatchSettled } from '../../core/index.ts'
import { imageKey, nanos, parts, sandboxKey } from '../../core/index.ts'
import type { Clock } from './clock.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { Fact } from './truth.ts'
import { failed, notFound } from './truth.ts'

export type SandboxEnd = SandboxWatchSettled['outcome']

export interface TrueSandbox {
  readonly key: SandboxKey
  readonly sandboxer: string
  readonly startedAt: number
  /** Its exit is that of a pause container, which is followed as a container. */
  readonly pause: boolean
  exit: { readonly code: number; readonly at: Nanos; readonly when: number } | undefined
  removedAt: number | undefined
  readonly waits: Set<(end: SandboxEnd) => void>
}

export interface Others {
  readonly sandboxes: TrueSandbox[]
  readonly images: Map<ImageKey, string | undefined>
  /** How often each has changed: a digest may come back. */
  readonly imageChanges: ReadonlyMap<ImageKey, number>
  readonly list: (namespace: string) => ReadonlyArray<{ readonly id: string; readonly sandboxer: string }>
  readonly wait: (key: SandboxKey, ended: (end: SandboxEnd) => void) => void
  readonly image: (key: ImageKey) => ImageSettled['outcome']
  readonly open: (key: SandboxKey, pause: boolean) => TrueSandbox
  readonly end: (sandbox: TrueSandbox, code: number, at?: Nanos) => void
  readonly remove: (sandbox: TrueSandbox) => void
  /** containerd went down: every Wait ends. */
  readonly crash: () => void
  /** Starts what goes on by itself. */
  readonly live: () => void
}

export interface OthersEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly isUp: () => boolean
  readonly publish: (fact: Fact) => void
}

export const createOthers = ({ clock, random, plan, calmAt, isUp, publish }: OthersEnv): Others => {
  const sandboxes: TrueSandbox[] = []
  const images = new Map<ImageKey, string | undefined>()
  const imageChanges = new Map<ImageKey, number>()
  const current = (key: SandboxKey): TrueSandbox | undefined => sandboxes.findLast((it) => it.key === key && it.removedAt === undefined)
  const unimplemented = random.chance(0.2)
  const silent = random.chance(0.2)

  const outcome = ({ exit }: TrueSandbox): SandboxEnd =>
    exit === undefined || silent
      ? { _tag: 'Exited', code: undefined, exitedAt: undefined }
      : { _tag: 'Exited', code: exit.code, exitedAt: exit.at }

  const open = (key: SandboxKey, pause: boolean): TrueSandbox => {
    const sandbox: TrueSandbox = {
      key,
      sandboxer: pause ? 'podsandbox' : 'shim',
      startedAt: clock.now(),
      pause,
      exit: undefined,
      removedAt: undefined,
      waits: new Set(),
    }
    sandboxes.push(sandbox)
    publish({ _tag: 'SandboxStarted', sandbox: key })
    return sandbox
  }
  const end: Others['end'] = (sandbox, code, exitedAt) => {
    if (sandbox.exit !== undefined) return
    const at = exitedAt ?? nanos(BigInt(clock.now()) * 1_000_000n + BigInt(random.int(1, 999_999)))
    sandbox.exit = { code, at, when: clock.now() }
    for (const ended of sandbox.waits) ended(outcome(sandbox))
    sandbox.waits.clear()
    if (isUp()) publish({ _tag: 'SandboxExited', sandbox: sandbox.key, code, exitedAt: at })
  }
  const remove = (sandbox: TrueSandbox): void => {
    sandbox.removedAt = clock.now()
  }

  const lead = (key: SandboxKey, lives: number): void => {
    const sandbox = open(key, false)
    clock.after(random.int(100, 30_000), () => {
      end(sandbox, random.pick([0, 0, 1, 137]))
      if (random.chance(0.4)) return
      clock.after(random.int(10_000, 20_000), () => {
        remove(sandbox)
        if (lives > 1 && clock.now() < calmAt) clock.after(random.int(100, 20_000), () => lead(key, lives - 1))
      })
    })
  }
  const turnOver = (key: ImageKey, changes: number): void => {
    const was = images.get(key)
    const digest = random.chance(0.25) ? undefined : `sha256:${random.int(1, 9)}`
    imageChanges.set(key, (imageChanges.get(key) ?? 0) + 1)
    images.set(key, digest)
    if (isUp()) {
      publish({ _tag: 'ImageChanged', image: key, change: digest === undefined ? 'deleted' : was === undefined ? 'created' : 'updated' })
    }
    if (changes > 1 && clock.now() < calmAt) clock.after(random.int(10, 15_000), () => turnOver(key, changes - 1))
  }

  return {
    sandboxes,
    images,
    imageChanges,
    list: (namespace) =>
      sandboxes.flatMap(({ key, sandboxer, removedAt }) => {
        const [of, id] = parts(key)
        return of === namespace && removedAt === undefined ? [{ id, sandboxer }] : []
      }),
    wait: (key, ended) => {
      const sandbox = current(key)
      if (sandbox === undefined) return ended(notFound)
      if (unimplemented && !sandbox.pause) return ended(failed('Unimplemented', 'no Wait here'))
      if (sandbox.exit !== undefined) return ended(outcome(sandbox))
      sandbox.waits.add(ended)
    },
    image: (key) => {
      const digest = images.get(key)
      return digest === undefined ? notFound : { _tag: 'Found', digest }
    },
    open,
    end,
    remove,
    crash: () => {
      for (const sandbox of sandboxes) {
        const waits = [...sandbox.waits]
        sandbox.waits.clear()
        for (const ended of waits) ended(failed('Disconnected', 'connection lost'))
      }
    },
    live: () => {
      for (let i = 1; i <= plan.sandboxes; i += 1) {
        clock.after(random.int(0, 20_000), () => lead(sandboxKey('ci', `box-${i}`), plan.lives))
      }
      for (let i = 1; i <= plan.images; i += 1) {
        clock.after(random.int(0, 5_000), () => turnOver(imageKey('ci', `registry/app:${i}`), plan.lives))
      }
    },
  }
}
