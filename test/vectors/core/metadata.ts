/** core/metadata.ts: a container that nobody can describe is a lone one that may have left processes behind. */
import assert from 'node:assert/strict'
import { noMetadata } from '../../../core/metadata.ts'
import { conversation } from '../../support/conversation.ts'
import { exited } from '../../support/facts.ts'
import type { Vector } from '../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'metadata: with nothing known, what is left is killed and STOPPED names no sandbox',
    run: () => assert.equal(conversation({ metadata: noMetadata }).tell(exited(0)), 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,-)'),
  },
]
