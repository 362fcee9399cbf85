/**
 * Watches the machine and says which events are due, in each container's order: CREATED and STARTED as soon as they are known, STOPPED
 * when its announcement is durable, DELETED when nothing is left to be told. Looks only at what an event of the machine was about.
 *
 * @module
 */
import {
  type Announcement,
  containerKey,
  type CriContainer,
  type CriEventType,
  type Effect,
  entries,
  follow,
  lookup,
  type Millis,
  type Nanos,
  olderThanStream,
  parts,
  type Persist,
  podIdOf,
  type ReaperEvent,
  renderStopped,
  sandboxKey,
  type Sight,
  sightOfContainer,
  sightOfSandbox,
  type State,
  stopped,
  toNanos,
  unknownFacts,
  withPodLabels,
} from '../../core/index.ts'
import type { Directory } from './directory.ts'
import type { Entry } from './entry.ts'
import type { Roster, Subject } from './roster.ts'
import { makeTimes, type WriteName } from './times.ts'
import type { View } from './view.ts'

export interface Stage {
  /** What the machine knew before its first event: nothing of it is news. */
  readonly begin: (state: State, at: Millis) => void
  /** The machine took an event; this is what it led to, and its state now. */
  readonly observe: (event: ReaperEvent, effects: ReadonlyArray<Effect>, state: State) => void
  /** An announcement of an earlier process: STOPPED alone, for the rest of what led to it was told then. */
  readonly recalled: (announcement: Announcement) => void
  /** An announcement is durable. */
  readonly announced: (announcement: Announcement) => void
}

interface StageParts {
  readonly namespace: string
  /** When the stream of events began: what was created before has had its CREATED. */
  readonly beganAt: Nanos
  readonly directory: Directory
  readonly roster: Roster
  readonly view: View
  readonly emit: (entry: Entry) => void
  readonly state: () => State
}

export const makeStage = ({ namespace, beganAt, directory, roster, view, emit, state }: StageParts): Stage => {
  const times = makeTimes(roster.hasPod)

  const factsOf = (id: string, at: Nanos) => directory.container(containerKey(namespace, id)) ?? unknownFacts(id, at)

  const tell = (subject: Subject, types: ReadonlyArray<CriEventType>, when: Nanos, said?: Announcement): Subject => {
    const { id, podId } = subject
    let { startedAt } = subject
    for (const type of types) {
      const at = times.of(podId, type === 'STOPPED' ? said : undefined, when)
      if (type === 'STARTED') startedAt = at
      const pod = view.podFacts(podId, id)
      const container: CriContainer | undefined = type === 'STOPPED' && said !== undefined && !subject.isPod
        ? renderStopped(said, podId, withPodLabels(factsOf(id, at), pod), startedAt)
        : undefined
      emit({ type, at, id, podId, pod, stopped: container, seq: type === 'STOPPED' ? said?.seq : undefined, full: true })
    }
    return { ...subject, startedAt }
  }

  const podIn = ({ run: { id }, sandboxId }: Announcement): string => roster.get(id)?.podId ?? podIdOf(id, sandboxId, 'container')

  const look = (id: string, state: State, at: Millis, origin: Origin): void => {
    const known = roster.get(id)
    const subject = subjectOf(namespace, id, state) ?? known
    const sight = sightOf(namespace, id, state)
    if (subject === undefined && sight.standing === 'gone') directory.forget(namespace, id)
    if (subject === undefined || sight.standing === 'unknown') return
    const line = known?.line ?? (isOlder(id, sight, origin) ? olderThanStream(sight) : undefined)
    const [next, due] = follow(line, sight)
    if (next === undefined) {
      // The events first: they are told with what is about to be forgotten.
      tell(subject, due, toNanos(at))
      roster.remove(id)
      times.gone(subject.podId)
      if (sight.standing === 'gone') directory.forget(namespace, id)
      return
    }
    const here: Subject = { ...subject, line: next, startedAt: known?.startedAt }
    roster.put(here)
    if (due.length > 0) roster.put(tell(here, due, toNanos(at)))
  }

  const isOlder = (id: string, { standing }: Sight, origin: Origin): boolean => {
    if (standing !== 'there' || origin === 'event') return false
    if (origin === 'restored') return true
    const createdAt = directory.container(containerKey(namespace, id))?.createdAt ?? directory.pod(sandboxKey(namespace, id))?.createdAt
    return createdAt !== undefined && createdAt < beganAt
  }

  return {
    begin: (state, at) => {
      for (const [, found] of [...entries(state.containers), ...entries(state.sandboxes)]) {
        if (found.namespace === namespace) look(found.id, state, at, 'restored')
      }
    },
    observe: (event, effects, state) => {
      if (event._tag === 'PersistSettled' && event.owner._tag !== 'Image') {
        const [home, id] = parts(event.owner.key)
        if (home === namespace) times.written(id, writeName(event))
      }
      for (const [said, write] of saidIn(effects)) {
        if (said.run.namespace === namespace && isStopped(said)) times.expect(podIn(said), said, write)
      }
      if (event._tag === 'Relisted') {
        if (event.namespace !== namespace) return
        const listed = [event.containers, event.tasks, event.sandboxes ?? []].flatMap((found) => found.map(({ id }) => id))
        for (const id of new Set([...listed, ...roster.ids()])) look(id, state, event.at, 'listed')
        return
      }
      const key = keyOf(event)
      if (key === undefined) return
      const [home, id] = parts(key)
      if (home === namespace) look(id, state, event.at, 'event')
    },
    recalled: (said) => {
      if (isStopped(said)) tell(subjectSaid(said), ['STOPPED'], toNanos(said.at), said)
    },
    announced: (said) => {
      if (!isStopped(said)) return
      const { id, generation } = said.run
      const known = roster.get(id)
      const subject = known ?? subjectOf(namespace, id, state()) ?? subjectSaid(said)
      const [line, due] = stopped(known?.line, generation)
      const here: Subject = { ...subject, line }
      roster.put(here)
      if (due.length > 0) {
        const then: Subject = { ...here, podId: times.home(said) ?? here.podId }
        roster.put({ ...tell(then, due, toNanos(said.at), said), podId: here.podId })
      }
      times.told(said)
    },
  }
}

const isStopped = ({ type }: Announcement): boolean => type === 'CONTAINER_STOPPED'

/** A container and its sandbox count their calls on their own. */
const writeName = ({ owner, call }: Pick<Persist, 'owner' | 'call'>): WriteName => `${owner._tag} ${call}`

const saidIn = (effects: ReadonlyArray<Effect>): ReadonlyArray<readonly [Announcement, WriteName]> =>
  effects.flatMap((effect) => {
    if (effect._tag !== 'Persist') return []
    return effect.release.flatMap(({ _tag, announcement }) =>
      _tag === 'EmitContainerEvent' ? [[announcement, writeName(effect)] as const] : []
    )
  })

/** Of a container of which nothing is known but its announcement. */
const subjectSaid = ({ run: { id, pid }, sandboxId }: Announcement): Subject => ({
  id,
  podId: podIdOf(id, sandboxId, 'container'),
  isPod: pid === 0 || id === sandboxId,
  line: undefined,
  startedAt: undefined,
})

/** How a container came to be looked at: `restored`: from what was written down by an earlier process. */
type Origin = 'event' | 'listed' | 'restored'

/** Which container or sandbox an event was about. */
const keyOf = (event: Exclude<ReaperEvent, { readonly _tag: 'Relisted' }>) => {
  if ('container' in event) return event.container
  if ('sandbox' in event) return event.sandbox
  return 'owner' in event && event.owner._tag !== 'Image' ? event.owner.key : undefined
}

/** A pause container is its sandbox: what is known of the container counts, while it is known. */
const sightOf = (namespace: string, id: string, { containers, sandboxes }: State): Sight => {
  const container = lookup(containerKey(namespace, id), containers)
  const sandbox = lookup(sandboxKey(namespace, id), sandboxes)
  const isSilent = container === undefined || (container.lookup._tag !== 'Known' && container.lookup._tag !== 'Deleted')
  return isSilent && sandbox !== undefined ? sightOfSandbox(sandbox) : sightOfContainer(container)
}

/** Where it belongs, as far as its record has been read. */
const subjectOf = (namespace: string, id: string, { containers, sandboxes }: State): Subject | undefined => {
  const container = lookup(containerKey(namespace, id), containers)
  const blank = { id, line: undefined, startedAt: undefined }
  if (container !== undefined && (container.lookup._tag === 'Known' || container.lookup._tag === 'Deleted')) {
    const { sandboxId, kind } = container.lookup.metadata
    const podId = podIdOf(id, kind === 'sandbox' ? id : sandboxId, kind)
    return { ...blank, podId, isPod: kind === 'sandbox' }
  }
  return lookup(sandboxKey(namespace, id), sandboxes) === undefined ? undefined : { ...blank, podId: id, isPod: true }
}
