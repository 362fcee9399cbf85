/**
 * The resources that a plugin asks for, as the OCI runtime spec writes them and containerd's Tasks.Update takes them. What has no place
 * there is named, so that it can be reported.
 *
 * @module
 */
import type { LinuxResources, OptionalBool, OptionalInt64, OptionalUInt64 } from '../../proto/gen/nri/api.ts'

export interface OciResources {
  /** LinuxResources as JSON; numbers of any size as they are. */
  readonly json: string
  /** Names of what was asked for and cannot be changed in a container that runs. */
  readonly leftOut: ReadonlyArray<string>
}

/** The type url of the Any that Tasks.Update takes. */
export const resourcesUrl = 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources'

/** A JSON number of any size: JSON.stringify knows none above 2^53. */
type Value = string | undefined

const number = (value: OptionalInt64 | OptionalUInt64 | undefined): Value => value?.value.toString()
const truth = (value: OptionalBool | undefined): Value => (value === undefined ? undefined : String(value.value))
const words = (value: string): Value => (value === '' ? undefined : JSON.stringify(value))

/** A JSON object of the fields that are there, or undefined if none is. */
const fields = (given: ReadonlyArray<readonly [string, Value]>): Value => {
  const there = given.flatMap(([name, value]) => (value === undefined ? [] : [`${JSON.stringify(name)}:${value}`]))
  return there.length === 0 ? undefined : `{${there.join(',')}}`
}

export const ociResources = ({ memory, cpu, hugepageLimits, blockioClass, rdtClass, unified, pids }: LinuxResources): OciResources => {
  const pages = hugepageLimits.map(({ pageSize, limit }) =>
    fields([['pageSize', JSON.stringify(pageSize)], ['limit', limit.toString()]]) ?? ''
  )
  return {
    json: fields([
      [
        'memory',
        memory && fields([
          ['limit', number(memory.limit)],
          ['reservation', number(memory.reservation)],
          ['swap', number(memory.swap)],
          ['kernel', number(memory.kernel)],
          ['kernelTCP', number(memory.kernelTcp)],
          ['swappiness', number(memory.swappiness)],
          ['disableOOMKiller', truth(memory.disableOomKiller)],
          ['useHierarchy', truth(memory.useHierarchy)],
        ]),
      ],
      [
        'cpu',
        cpu && fields([
          ['shares', number(cpu.shares)],
          ['quota', number(cpu.quota)],
          ['period', number(cpu.period)],
          ['realtimeRuntime', number(cpu.realtimeRuntime)],
          ['realtimePeriod', number(cpu.realtimePeriod)],
          ['cpus', words(cpu.cpus)],
          ['mems', words(cpu.mems)],
        ]),
      ],
      ['pids', pids && fields([['limit', pids.limit.toString()]])],
      ['hugepageLimits', pages.length === 0 ? undefined : `[${pages.join(',')}]`],
      ['unified', fields([...unified].map(([name, value]) => [name, JSON.stringify(value)] as const))],
    ]) ?? '{}',
    leftOut: [...(blockioClass === undefined ? [] : ['blockio_class']), ...(rdtClass === undefined ? [] : ['rdt_class'])],
  }
}
