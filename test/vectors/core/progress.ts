/** core/progress.ts: what is in handling, since when, which attempt, and what went wrong last, phase by phase. */
import assert from 'node:assert/strict'
import { inHandling } from '../../../core/container/phase.ts'
import { progress } from '../../../core/progress.ts'
import { lookup } from '../../../core/table.ts'
import { c, conversation } from '../../support/conversation.ts'
import { exited, recordChanged } from '../../support/facts.ts'
import { notOurs } from '../../support/outcomes.ts'
import { phaseNames, phases, twoRuns } from '../../support/phases.ts'
import type { Vector } from '../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  ...phaseNames.map((name): Vector => ({
    name: `progress: ${name}: listed as long as something is owed`,
    run: () => {
      const state = phases[name]().state()
      const phase = lookup(c, state.containers)?.runs[0]?.phase
      assert.ok(phase)
      const rows = progress(state).handling
      assert.equal(rows.length, inHandling(phase) || phase._tag === 'Announced' ? 1 : 0)
      for (const row of rows) assert.match(row.phase, new RegExp(`^${phase._tag}`))
    },
  })),
  {
    name: 'progress: a hung delete shows its attempt, its error, when it is looked at again, and what is waited for',
    run: () => {
      const talk = phases['BackingOff (Delete)']()
      const [row] = progress(talk.state()).handling
      assert.deepEqual(row, {
        run: { namespace: 'ns', id: 'c', pid: 42, generation: 1 },
        phase: 'BackingOff',
        exitCode: 3,
        since: 1_000,
        attempt: 2,
        lastError: 'Handling took longer than 10000 ms in Deleting',
        nextAttemptAt: 12_000,
        outstanding: 'Delete',
      })
    },
  },
  {
    name: 'progress: counts containers, what runs and what was announced; two runs of one container are two rows',
    run: () => {
      const talk = conversation()
      assert.deepEqual(progress(talk.state()), { containers: 1, running: 1, handling: [], lastSeq: 0 })
      talk.tell(exited(0))
      assert.deepEqual(progress(talk.state()), { containers: 1, running: 0, handling: [], lastSeq: 1 })
      assert.deepEqual(progress(twoRuns().state()).handling.map(({ phase }) => phase), ['BackingOff', 'Recorded (turn)'])
    },
  },
  {
    name: "progress: somebody else's containers are not counted",
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [notOurs] } })
      talk.tell(recordChanged())
      assert.deepEqual(progress(talk.state()), { containers: 0, running: 0, handling: [], lastSeq: 0 })
    },
  },
]
