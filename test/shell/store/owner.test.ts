import * as E from 'fp-ts/lib/Either.js'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import t from 'tap'
import type { Clock } from '../../../shell/clock.ts'
import { own, type Ownership } from '../../../shell/store/owner.ts'
import { inTemporaryFolder } from '../../support/temporary.ts'

/** A clock whose time passes with the sleeps alone; hears of each. */
const sleeping = (onSleep: (nth: number) => Promise<void> | void): Clock => {
  let [at, sleeps] = [0, 0]
  return {
    now: () => at,
    monotonic: () => at,
    sleep: async (ms) => {
      at += ms
      await onSleep(++sleeps)
      return 'elapsed'
    },
  }
}
const restless = sleeping(() => {
  throw new Error('nobody is waited for')
})

const owned = async (dir: string): Promise<Ownership> => {
  const taken = await own(dir, restless)
  if (E.isLeft(taken)) throw new Error(taken.left)
  return taken.right
}

t.test('whoever has the directory is named at once', (t) =>
  inTemporaryFolder(async (dir) => {
    const first = await owned(dir)
    t.same(await own(dir, restless), E.left(String(process.pid)))
    await first.release()
    await (await owned(dir)).release()
  }))

t.test('one that lets go, and has taken its name away, is waited for', (t) =>
  inTemporaryFolder(async (dir) => {
    const first = await owned(dir)
    rmSync(join(dir, 'owner'))
    const second = await own(dir, sleeping(async (nth) => nth === 3 ? await first.release() : undefined))
    t.ok(E.isRight(second))
    if (E.isRight(second)) await second.right.release()
  }))

t.test('one that never tells its name is not waited for longer than 2 s', (t) =>
  inTemporaryFolder(async (dir) => {
    const first = await owned(dir)
    rmSync(join(dir, 'owner'))
    const slept: Array<number> = []
    t.same(await own(dir, sleeping((nth) => void slept.push(nth))), E.left('unknown'))
    t.equal(slept.length, 40)
    await first.release()
  }))
