/** The boot's id: the kernel's, the same every time. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { bootId } from '../../../shell/boot_id.ts'
import type { Vector } from '../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'boot_id: the same as long as the host is up, and `unknown` where the kernel does not tell',
    run: async () => {
      const id = await bootId()
      assert.equal(await bootId(), id)
      assert.match(id, existsSync('/proc/sys/kernel/random/boot_id') ? /^[0-9a-f-]{36}$/ : /^unknown$/)
    },
  },
]
