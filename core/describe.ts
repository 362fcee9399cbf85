/**
 * One readable line for anything the machine is told, asks for, knows or writes down: for scenarios, logs, errors and replay.
 * The words are for people: nothing parses them, and they may change.
 *
 * @module
 */
export { describeContainer, describeImage, describePhase, describeSandbox } from './describe/container.ts'
export { describeEffect } from './describe/effect.ts'
export { describeEvent } from './describe/event.ts'
export { describeRecord } from './describe/record.ts'
export { describeState } from './describe/state.ts'
