/** What several checkers ask of a state or of the truth. */
import type {
  Announcement,
  CallId,
  Container,
  ContainerKey,
  Exit,
  Phase,
  ReaperRecord,
  Run,
  RunRecord,
  State,
} from '../../../core/index.ts'
import { containerKey, lookup } from '../../../core/index.ts'

export const containerOf = (state: State, key: ContainerKey): Container | undefined => lookup(key, state.containers)

/** Whose destructive call this is: the run that waits for its answer. */
export const runOfCall = (state: State, key: ContainerKey, call: CallId): Run | undefined =>
  containerOf(state, key)?.runs.find(({ phase }) => 'call' in phase && phase.call === call)

/** The exit that a run goes by, in any phase after Running. */
export const exitOf = (phase: Phase): Exit | undefined =>
  phase._tag === 'Exited' ? phase.exit : 'handling' in phase ? phase.handling.exit : undefined

export const sameExit = (a: Exit, b: Exit): boolean => a.code === b.code && a.at === b.at

export const runText = ({ run }: { readonly run: Announcement['run'] }): string =>
  `${run.namespace}/${run.id} pid=${run.pid} generation=${run.generation}`

export const keyOfRun = ({ namespace, id }: Announcement['run']): ContainerKey => containerKey(namespace, id)

/** STOPPED of a container's run; a sandbox's own has no pid. */
export const isStopped = (record: ReaperRecord): record is Announcement =>
  record._tag === 'Announcement' && record.type === 'CONTAINER_STOPPED' && record.run.pid !== 0

export const rowOf = (records: ReadonlyArray<ReaperRecord>, { run }: Announcement): RunRecord | undefined =>
  records.find((record): record is RunRecord =>
    record._tag === 'RunRecord' && record.run.generation === run.generation && record.run.id === run.id
  )

/** The newest row of each run on disk, by generation. */
export interface RowBook {
  readonly take: (records: ReadonlyArray<ReaperRecord>) => void
  readonly get: (key: ContainerKey, generation: number) => RunRecord | undefined
  readonly all: () => ReadonlyArray<RunRecord>
}

export const rowBook = (): RowBook => {
  const rows = new Map<string, RunRecord>()
  const name = (key: ContainerKey, generation: number): string => `${key} ${generation}`
  return {
    take: (records) => {
      for (const record of records) {
        if (record._tag === 'RunRecord') rows.set(name(keyOfRun(record.run), record.run.generation), record)
        if (record._tag === 'RunDropped') rows.delete(name(keyOfRun(record.run), record.run.generation))
      }
    },
    get: (key, generation) => rows.get(name(key, generation)),
    all: () => [...rows.values()],
  }
}
