import t from 'tap'
import { describeState } from '../../../core/describe.ts'
import { initial } from '../../../core/state.ts'
import { insert } from '../../../core/table.ts'
import { attempt, containerOf, runOf } from '../../support/containers.ts'

t.test('how much there is of everything, in one line', async (t) => {
  const fresh = initial('boot-1')
  const container = containerOf([runOf(attempt('Loading', 3))])
  const state = { ...fresh, containers: insert(container.key, container, fresh.containers), slots: { ...fresh.slots, inFlight: 1 } }
  t.equal(describeState(state), '1 container, 1 in handling, 1 slot taken, 0 sandboxes, 0 images, next seq=1')
})
