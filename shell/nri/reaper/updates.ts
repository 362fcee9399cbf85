/**
 * What a plugin asks to be changed in a container, done by Tasks.Update where that can do it. Only containers that we look after.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { containerKey, lookup, type State } from '../../../core/index.ts'
import type { Env } from '../../env.ts'
import { describeError } from '../../errors.ts'
import { withTimeout } from '../../task/timeout.ts'
import type { ContainerUpdate, FailedUpdate } from '../world.ts'
import { ociResources, resourcesUrl } from './resources.ts'

/** How long one change may take, ms: the runtime is asked, and it asks the kernel. */
const updateMs = 5_000

/** Applies them one after the other; gives what could not be done. */
export const applyUpdates = async (
  env: Env,
  state: () => State,
  updates: ReadonlyArray<ContainerUpdate>,
): Promise<ReadonlyArray<FailedUpdate>> => {
  const failed: Array<FailedUpdate> = []
  for (const update of updates) {
    const reason = await apply(env, state(), update)
    if (reason !== undefined) failed.push({ update, reason })
  }
  return failed
}

/** Why it could not be done, or undefined. */
const apply = async (env: Env, state: State, { containerId: id, linux }: ContainerUpdate): Promise<string | undefined> => {
  if (linux?.resources === undefined) return undefined
  const [namespace, second] = env.namespaces.filter((name) => isOurs(state, name, id))
  if (namespace === undefined) return `Cannot update ${JSON.stringify(id)}: there is no such container here`
  if (second !== undefined) return `Cannot update ${JSON.stringify(id)}: wanted one container, found one in ${namespace} and in ${second}`
  if (env.dryRun) return `Cannot update ${JSON.stringify(id)}: this is a dry run`
  const { json, leftOut } = ociResources(linux.resources)
  const call = env.containerd.taskUpdate(namespace, id, {
    typeUrl: resourcesUrl,
    value: new TextEncoder().encode(json),
    _unknownFields: {},
  })
  const done = await withTimeout(updateMs, 'Tasks.Update')(call)(env)()
  if (E.isLeft(done)) return describeError(done.left)
  return leftOut.length === 0 ? undefined : `Cannot change ${leftOut.join(' and ')} of a container that runs; the rest is done`
}

const isOurs = (state: State, namespace: string, id: string): boolean => {
  const container = lookup(containerKey(namespace, id), state.containers)
  return container !== undefined && container.lookup._tag !== 'NotOurs' && container.lookup._tag !== 'Deleted'
}
