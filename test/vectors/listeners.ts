/** V84 to V90, and what the CRI socket promises beyond them: see the files in shell/cri/. */
import type { Vector } from '../support/property.ts'
import { cases as answers } from './shell/cri/answers.ts'
import { cases as contract } from './shell/cri/contract.ts'
import { cases as cri } from './shell/cri/cri.ts'
import { cases as feed } from './shell/cri/feed.ts'
import { cases as gather } from './shell/cri/gather.ts'
import { cases as message } from './shell/cri/message.ts'
import { cases as pump } from './shell/cri/pump.ts'
import { cases as services } from './shell/cri/services.ts'
import { cases as socket } from './shell/cri/socket.ts'
import { cases as stage } from './shell/cri/stage.ts'

export const cases: ReadonlyArray<Vector> = [
  ...answers,
  ...contract,
  ...cri,
  ...feed,
  ...gather,
  ...message,
  ...pump,
  ...services,
  ...socket,
  ...stage,
]
