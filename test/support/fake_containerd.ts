/**
 * A containerd that a test answers by hand: every call is noted, and does what the test says, or else fails as UNIMPLEMENTED.
 * Speaks no gRPC; what the wire does with a call is tested elsewhere.
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import type { Call, Containerd } from '../../shell/containerd/client.ts'
import { type CallFailed, callFailed, cancelled, type ErrorClass, type ShellError } from '../../shell/errors.ts'
import { onAbort } from '../../shell/task/cancellable.ts'

/** One call that was made. */
export interface Asked {
  readonly call: Exclude<keyof Containerd, 'close'>
  readonly args: ReadonlyArray<unknown>
}

export interface FakeContainerd extends Containerd {
  readonly asked: ReadonlyArray<Asked>
  /** How often a call was made. */
  readonly count: (call: Asked['call']) => number
}

/** A failed call of class `errorClass`. */
export const failed = (errorClass: ErrorClass, call = 'Tasks.Get', message = `so said containerd: ${errorClass}`): CallFailed =>
  callFailed({ class: errorClass, call, code: status.UNKNOWN, message })

export const succeeds = <A>(value: A): Call<A> => () => () => Promise.resolve(E.right(value))
export const fails = (error: ShellError): Call<never> => () => () => Promise.resolve(E.left(error))

/** A call that stays open until the test answers it. An abort ends it as `Cancelled`. */
export interface OpenCall<A> {
  readonly call: Call<A>
  readonly answer: (outcome: E.Either<ShellError, A>) => void
  readonly starts: () => number
  /** How many of those that were open heard an abort. */
  readonly aborts: () => number
}

export const openCall = <A>(): OpenCall<A> => {
  let starts = 0
  let aborts = 0
  const open = new Set<(outcome: E.Either<ShellError, A>) => void>()
  return {
    call: ({ signal }) => () =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(E.left(cancelled))
        starts += 1
        const settle = (outcome: E.Either<ShellError, A>): void => {
          open.delete(settle)
          unlink()
          resolve(outcome)
        }
        open.add(settle)
        const unlink = onAbort(signal, () => {
          aborts += 1
          settle(E.left(cancelled))
        })
      }),
    answer: (outcome) => {
      for (const settle of [...open]) settle(outcome)
    },
    starts: () => starts,
    aborts: () => aborts,
  }
}

/** One answer after the other; the last one again and again. */
export const inTurn = <A>(...answers: readonly [Call<A>, ...ReadonlyArray<Call<A>>]): Call<A> => {
  let turn = 0
  return (env) => () => {
    const answer = answers[Math.min(turn, answers.length - 1)] ?? answers[0]
    turn += 1
    return answer(env)()
  }
}

export const fakeContainerd = (answers: Partial<Containerd> = {}): FakeContainerd => {
  const asked: Array<Asked> = []
  const method = <Args extends ReadonlyArray<unknown>, A>(
    call: Asked['call'],
    answer: ((...args: Args) => Call<A>) | undefined,
  ) =>
  (...args: Args): Call<A> =>
  (env) =>
  () => {
    asked.push({ call, args })
    return (answer === undefined ? fails(failed('Unimplemented', call)) : answer(...args))(env)()
  }
  return {
    asked,
    count: (call) => asked.filter((one) => one.call === call).length,
    version: method('version', answers.version),
    server: method('server', answers.server),
    subscribe: method('subscribe', answers.subscribe),
    publish: method('publish', answers.publish),
    taskGet: method('taskGet', answers.taskGet),
    taskList: method('taskList', answers.taskList),
    taskWait: method('taskWait', answers.taskWait),
    taskKill: method('taskKill', answers.taskKill),
    taskDelete: method('taskDelete', answers.taskDelete),
    taskUpdate: method('taskUpdate', answers.taskUpdate),
    taskMetrics: method('taskMetrics', answers.taskMetrics),
    containerGet: method('containerGet', answers.containerGet),
    containerList: method('containerList', answers.containerList),
    imageGet: method('imageGet', answers.imageGet),
    sandboxList: method('sandboxList', answers.sandboxList),
    sandboxWait: method('sandboxWait', answers.sandboxWait),
    sandboxStatus: method('sandboxStatus', answers.sandboxStatus),
    close: () => undefined,
  }
}
