/** Many containers that exit at the same moment, each in a shim of its own or all in one, on a real containerd. */
import t, { type Test } from 'tap'
import { makeGate, needsContainerd, shimsOf, startContainerd } from '../support/containerd/index.ts'
import { atOnce, type Codes, ends, figuresOf, nothingLeft, scene } from './scene.ts'

/** Containers `c1`, `c2` and so on; each exits with its number. */
const crowd = (size: number): Codes => Object.fromEntries(Array.from({ length: size }, (_, place) => [`c${place + 1}`, place + 1]))

t.test('crowds', needsContainerd(), async (t: Test) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())

  for (const [what, size, shims, extra] of [['a shim each', 100, 100, {}], ['one shim', 20, 1, { group: 'pod' }]] as const) {
    t.test(`${size} containers in ${what} exit together`, async (t) => {
      const here = scene(t, daemon, `crowd-of-${size}`)
      const gate = makeGate(daemon.rootfs, here.namespace)
      t.teardown(gate.close)
      const codes = crowd(size)
      const reaper = await here.reap()
      await atOnce(Object.entries(codes), ([id, code]) => here.ctr.run(id, { command: `${gate.wait}; exit ${String(code)}`, ...extra }))
      t.equal(shimsOf(daemon, here.namespace).length, shims)
      t.equal((await here.ctr.taskList()).filter(({ status }) => status === 'RUNNING').length, size)
      gate.open()
      const lines = await ends(t, here, reaper, codes)
      await nothingLeft(here)
      t.comment(figuresOf(lines).text)
      t.same(lines.filter(({ attempts }) => attempts > 1), [], 'none needs a second attempt')
    })
  }
})
