/**
 * A container's OCI spec as NRI shows it. Takes what it understands and passes over the rest: the spec is somebody else's, and a plugin
 * is better told half of it than nothing.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import * as api from '../../proto/gen/nri/api.ts'

type Json = unknown
type Obj = Readonly<Record<string, Json>>

const object = (value: Json): Obj | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
const list = (value: Json): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])
const text = (value: Json): string => (typeof value === 'string' ? value : '')
const texts = (value: Json): Array<string> => list(value).filter((item) => typeof item === 'string')
const int = (
  value: Json,
): bigint | undefined => (typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined)
const uint32 = (value: Json): number => (typeof value === 'number' && value >= 0 && value <= 0xffff_ffff ? Math.trunc(value) : 0)
const int64 = (value: Json): api.OptionalInt64 | undefined => {
  const found = int(value)
  return found === undefined ? undefined : api.OptionalInt64.fromPartial({ value: BigInt.asIntN(64, found) })
}
const uint64 = (value: Json): api.OptionalUInt64 | undefined => {
  const found = int(value)
  return found === undefined ? undefined : api.OptionalUInt64.fromPartial({ value: BigInt.asUintN(64, found) })
}
const bool = (value: Json): api.OptionalBool | undefined => typeof value === 'boolean' ? api.OptionalBool.fromPartial({ value }) : undefined

/** What the spec adds to a container. */
export type FromSpec = Pick<api.Container, 'args' | 'env' | 'mounts' | 'rlimits' | 'annotations' | 'user' | 'linux'>

const nothing: FromSpec = { args: [], env: [], mounts: [], rlimits: [], annotations: new Map(), user: undefined, linux: undefined }

export const fromSpec = (json: string): FromSpec => {
  const parsed = E.tryCatch((): unknown => JSON.parse(json), () => undefined)
  const spec = E.isRight(parsed) ? object(parsed.right) : undefined
  if (spec === undefined) return nothing
  const process = object(spec['process']) ?? {}
  const linux = object(spec['linux'])
  const user = object(process['user'])
  return {
    args: texts(process['args']),
    env: texts(process['env']),
    mounts: list(spec['mounts']).map(object).flatMap((mount) => (mount === undefined ? [] : [mountOf(mount)])),
    rlimits: list(process['rlimits']).map(object).flatMap((limit) => (limit === undefined ? [] : [rlimitOf(limit)])),
    annotations: textMap(spec['annotations']),
    user: user === undefined ? undefined : api.User.fromPartial({
      uid: uint32(user['uid']),
      gid: uint32(user['gid']),
      additionalGids: list(user['additionalGids']).map(uint32),
    }),
    linux: linux === undefined ? undefined : linuxOf(linux, process['oomScoreAdj']),
  }
}

/** Entries, not properties: `__proto__` is a name like any other. */
const textMap = (value: Json): Map<string, string> =>
  new Map(Object.entries(object(value) ?? {}).flatMap(([key, item]) => (typeof item === 'string' ? [[key, item] as const] : [])))

const mountOf = (mount: Obj): api.Mount =>
  api.Mount.fromPartial({
    destination: text(mount['destination']),
    type: text(mount['type']),
    source: text(mount['source']),
    options: texts(mount['options']),
  })

const rlimitOf = (limit: Obj): api.POSIXRlimit =>
  api.POSIXRlimit.fromPartial({
    type: text(limit['type']),
    hard: BigInt.asUintN(64, int(limit['hard']) ?? 0n),
    soft: BigInt.asUintN(64, int(limit['soft']) ?? 0n),
  })

const linuxOf = (linux: Obj, oomScoreAdj: Json): api.LinuxContainer => {
  const resources = object(linux['resources'])
  return {
    ...api.LinuxContainer.fromPartial({ cgroupsPath: text(linux['cgroupsPath']) }),
    namespaces: list(linux['namespaces']).map(object).flatMap((namespace) =>
      namespace === undefined ? [] : [api.LinuxNamespace.fromPartial({ type: text(namespace['type']), path: text(namespace['path']) })]
    ),
    resources: resources === undefined ? undefined : resourcesOf(resources),
    oomScoreAdj: int64(oomScoreAdj),
  }
}

const resourcesOf = (resources: Obj): api.LinuxResources => {
  const memory = object(resources['memory'])
  const cpu = object(resources['cpu'])
  const pids = object(resources['pids'])
  return {
    ...api.LinuxResources.fromPartial({}),
    memory: memory === undefined ? undefined : {
      ...api.LinuxMemory.fromPartial({}),
      limit: int64(memory['limit']),
      reservation: int64(memory['reservation']),
      swap: int64(memory['swap']),
      kernel: int64(memory['kernel']),
      kernelTcp: int64(memory['kernelTCP']),
      swappiness: uint64(memory['swappiness']),
      disableOomKiller: bool(memory['disableOOMKiller']),
      useHierarchy: bool(memory['useHierarchy']),
    },
    cpu: cpu === undefined ? undefined : {
      ...api.LinuxCPU.fromPartial({ cpus: text(cpu['cpus']), mems: text(cpu['mems']) }),
      shares: uint64(cpu['shares']),
      quota: int64(cpu['quota']),
      period: uint64(cpu['period']),
      realtimeRuntime: int64(cpu['realtimeRuntime']),
      realtimePeriod: uint64(cpu['realtimePeriod']),
    },
    hugepageLimits: list(resources['hugepageLimits']).map(object).flatMap((limit) =>
      limit === undefined ? [] : [api.HugepageLimit.fromPartial({
        pageSize: text(limit['pageSize']),
        limit: BigInt.asUintN(64, int(limit['limit']) ?? 0n),
      })]
    ),
    unified: textMap(resources['unified']),
    pids: pids === undefined ? undefined : api.LinuxPids.fromPartial({ limit: BigInt.asIntN(64, int(pids['limit']) ?? 0n) }),
  }
}
