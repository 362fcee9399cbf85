/** The matrix of kills on a real containerd: every container waits on one gate, and `gone` is deleted by ctr beside us. */
import { bundlesOf, type Containerd, ctrFor, isAlive, makeGate, shimsOf, slowRunc } from '../support/containerd/index.ts'
import { waitFor } from '../support/wait_for.ts'
import { type Exiting, type KillWorld, reasonFor, type Way } from './world.ts'

const memoryBytes = 16 << 20

/** A namespace of a daemon that is there. */
export const realWorld = (daemon: Containerd, namespace: string): KillWorld => {
  const ctr = ctrFor(daemon, namespace)
  const runc = slowRunc(daemon.dir)

  const start = async (id: string, way: Way, code: number, wait: string): Promise<ReadonlyArray<Omit<Exiting, 'pid'>>> => {
    const command = `${wait}; exit ${code}`
    const of = (name: string): Omit<Exiting, 'pid'> => ({ id: name, way, code, reason: reasonFor(way, code) })
    switch (way) {
      case 'plain':
      case 'gone':
      case 'sandbox':
        await ctr.run(id, { command })
        return [of(id)]
      case 'back-off':
        runc.fail(id, 'delete', 'once')
        await ctr.run(id, { command, runcBinary: runc.path })
        return [of(id)]
      case 'pause':
        await ctr.run(id, { command, group: id, labels: { 'io.cri-containerd.kind': 'sandbox' } })
        await ctr.run(`${id}-in`, { command, group: id })
        return [of(id), of(`${id}-in`)]
      case 'oom':
        await ctr.run(id, { command: `${wait}; exec dd if=/dev/zero of=/dev/null bs=256M count=1`, memoryBytes })
        return [{ ...of(id), code: 137 }]
    }
  }

  /** containerd refuses while the task runs; when it is gone, somebody was faster. */
  const deleteBeside = (id: string): Promise<unknown> =>
    waitFor(async () => {
      const { code, stderr } = await ctr.taskDelete(id)
      return code === 0 || /not found/.test(stderr)
    }, { what: `${id} to be deleted beside us`, everyMs: 1 })

  return {
    address: daemon.address,
    namespace,
    folder: daemon.dir,
    ways: ['plain', 'gone', 'back-off', 'pause', 'oom'],
    batch: async (name, ways, code) => {
      const gate = makeGate(daemon.rootfs, `${namespace}-${name}`)
      const started = await Promise.all(ways.map((way) => start(`${name}-${way}`, way, code(way), gate.wait)))
      const pids = new Map((await ctr.taskList()).map(({ id, pid }) => [id, pid]))
      const exiting = started.flat().map((one): Exiting => ({ ...one, pid: pids.get(one.id) ?? 0 }))
      return {
        exiting,
        open: async () => {
          gate.open()
          await Promise.all(
            exiting.map(({ id, way, pid }) =>
              way === 'gone' ? deleteBeside(id) : waitFor(() => !isAlive(pid), { what: `${id} to exit`, everyMs: 5 })
            ),
          )
          gate.close()
        },
      }
    },
    left: async () => [
      ...(await ctr.taskList()).map(({ id, status }) => `the task ${id}, ${status}`),
      ...shimsOf(daemon, namespace).map(({ id, pid }) => `the shim ${pid} of ${id}`),
      ...bundlesOf(daemon).filter((bundle) => bundle.namespace === namespace).map(({ id }) => `the bundle of ${id}`),
    ],
    log: () => daemon.log(200),
  }
}
