/** The matrix of kills on a real containerd of its own. */
import { startContainerd } from '../support/containerd/index.ts'
import { killsOfUs, type KillsOptions, type KillsReport } from './lives.ts'
import { realWorld } from './real_world.ts'

export const killsOnReal = async (options: KillsOptions): Promise<KillsReport> => {
  const daemon = await startContainerd()
  try {
    const report = await killsOfUs(realWorld(daemon, 'kills'), options)
    return report.isClean ? report : { ...report, text: `${daemon.log(100)}\n${report.text}` }
  } finally {
    await daemon.stop()
  }
}
