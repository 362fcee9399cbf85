/** Every call of the client, once, on a running container of a real containerd. Knows neither tap nor Deno; what is wrong throws. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import assert from 'node:assert/strict'
import { systemClock } from '../../shell/clock.ts'
import { type Call, connect } from '../../shell/containerd/client.ts'
import { cancelled, describeError, isClass } from '../../shell/errors.ts'
import { TaskExit } from '../../shell/proto/gen/containerd/event_types.ts'
import { withTimeout } from '../../shell/task/timeout.ts'
import { waitFor } from '../support/wait_for.ts'

const signal = new AbortController().signal

const answer = async <A>(call: Call<A>): Promise<A> => {
  const outcome = await pipe(call, withTimeout(20_000))({ signal, clock: systemClock })()
  if (E.isLeft(outcome)) throw new Error(describeError(outcome.left))
  return outcome.right
}

/** Kills, waits for and deletes the task of container `id`, which carries the label `kind=smoke` and sleeps. */
export const useClient = async (address: string, namespace: string, id: string): Promise<void> => {
  const containerd = connect({ address })
  const refused = async (call: Call<unknown>, wanted: Parameters<typeof isClass>[0]): Promise<void> => {
    const outcome = await call({ signal })()
    assert.ok(E.isLeft(outcome) && isClass(wanted)(outcome.left), `${wanted}: ${JSON.stringify(outcome)}`)
  }
  try {
    assert.match((await answer(containerd.version())).version, /^v?\d+\.\d+/)
    assert.match((await answer(containerd.server())).uuid, /^[0-9a-f-]{36}$/)

    const topics: Array<string> = []
    const exits: Array<TaskExit> = []
    const stop = new AbortController()
    const streaming = containerd.subscribe([`namespace==${namespace}`], ({ topic, event }) => {
      topics.push(topic)
      if (topic === '/tasks/exit' && event !== undefined) exits.push(TaskExit.decode(event.value))
      return undefined
    })({ signal: stop.signal })()
    await waitFor(async () => {
      await answer(containerd.publish(namespace, '/smoke/subscribed', { typeUrl: 'nothing', value: new Uint8Array(0) }))
      return topics.includes('/smoke/subscribed')
    }, { what: 'the subscription' })

    const process = await answer(containerd.taskGet(namespace, id))
    assert.ok(process.pid > 0)
    assert.deepEqual((await answer(containerd.taskList(namespace))).filter((task) => task.id === id).map(({ pid }) => pid), [process.pid])
    assert.equal((await answer(containerd.containerGet(namespace, id))).labels.get('kind'), 'smoke')
    const labelled = await answer(containerd.containerList(namespace, ['labels.kind==smoke']))
    assert.ok(labelled.some((container) => container.id === id))
    assert.deepEqual(await answer(containerd.containerList(namespace, ['labels.kind==nothing'])), [])
    assert.equal((await answer(containerd.taskMetrics(namespace, id)))?.id, id)
    assert.equal(await answer(containerd.taskMetrics(namespace, 'nothing')), undefined)
    await refused(containerd.taskDelete(namespace, id), 'FailedPrecondition')
    await refused(containerd.imageGet(namespace, 'nothing'), 'NotFound')

    const waiting = answer(containerd.taskWait(namespace, id))
    await answer(containerd.taskKill(namespace, id))
    assert.equal((await waiting).exitStatus, 137)
    assert.equal((await answer(containerd.taskDelete(namespace, id))).exitStatus, 137)
    await refused(containerd.taskGet(namespace, id), 'NotFound')
    await waitFor(() => exits.some((exit) => exit.containerId === id && exit.pid === process.pid && exit.exitStatus === 137), {
      what: 'the exit event',
    })
    stop.abort()
    assert.deepEqual(await streaming, E.left(cancelled))
  } finally {
    containerd.close()
  }
}
