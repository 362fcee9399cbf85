/**
 * One step of one run: what any phase obeys first, then the phase's own file.
 *
 * @module
 */
import { stepAnnounced } from './announced.ts'
import { stepBackingOff } from './backing_off.ts'
import { stepCleaning } from './cleaning.ts'
import type { Context, RunEvent, Stepped } from './context.ts'
import { isTimer } from './context.ts'
import { stepDeleting } from './deleting.ts'
import { stepDraining } from './draining.ts'
import { stepExamining } from './examining.ts'
import { stepExited } from './exited.ts'
import { expire, learn, unsettle } from './interrupt.ts'
import { stepKilling } from './killing.ts'
import { stepLoading } from './loading.ts'
import { stepNotifying } from './notifying.ts'
import { noteOom, stepOom } from './oom.ts'
import type { Run } from './phase.ts'
import { inHandling } from './phase.ts'
import { stepRecorded } from './recorded.ts'
import { stepRecording } from './recording.ts'
import { stepRunning } from './running.ts'
import { canSlowDown, slowDown } from './slow.ts'

export const stepRun = (ctx: Context, event: RunEvent, run: Run): Stepped => {
  const { phase } = run
  if (event._tag === 'TaskOomed') return noteOom(ctx, run)
  const oom = stepOom(ctx, event, run)
  if (oom !== undefined) return oom
  if (inHandling(phase)) {
    if (event._tag === 'ExitFound') return learn(ctx, event, run, phase)
    if (event._tag === 'Unsettled') return unsettle(ctx, run, phase)
    if (isTimer(event, phase.handling.deadline)) return canSlowDown(ctx.policy, phase) ? slowDown(ctx, run, phase) : expire(ctx, run, phase)
  }
  switch (phase._tag) { // no default: a new phase without its line here does not compile
    case 'Running':
      return stepRunning(ctx, event, run, phase)
    case 'Examining':
      return stepExamining(ctx, event, run, phase)
    case 'Recorded':
      return stepRecorded(ctx, event, run, phase)
    case 'Loading':
      return stepLoading(ctx, event, run, phase)
    case 'Notifying':
      return stepNotifying(ctx, event, run, phase)
    case 'Killing':
      return stepKilling(ctx, event, run, phase)
    case 'Draining':
      return stepDraining(ctx, event, run, phase)
    case 'Deleting':
      return stepDeleting(ctx, event, run, phase)
    case 'Cleaning':
      return stepCleaning(ctx, event, run, phase)
    case 'BackingOff':
      return stepBackingOff(ctx, event, run, phase)
    case 'Recording':
      return stepRecording(ctx, event, run, phase)
    case 'Announced':
      return stepAnnounced(ctx, event, run, phase)
    case 'Exited':
      return stepExited(ctx, event, run, phase)
  }
}
