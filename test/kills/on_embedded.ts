/** The matrix of kills on an embedded containerd of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedContainerd } from '../../shell/embedded/index.ts'
import { embeddedWorld } from './embedded_world.ts'
import { killsOfUs, type KillsOptions, type KillsReport } from './lives.ts'

export const killsOnEmbedded = async (options: KillsOptions): Promise<KillsReport> => {
  const folder = mkdtempSync(join(tmpdir(), 'kills-'))
  const stand = await startEmbeddedContainerd({ namespace: 'kills' })
  try {
    return await killsOfUs(embeddedWorld(stand, 'kills', folder), options)
  } finally {
    await stand.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
