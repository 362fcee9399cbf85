/**
 * containerd-reaper/nri: the runtime's side of NRI (the Node Resource Interface of containerd and CRI-O) for Node and Deno, without
 * any Go. `startNriHost` takes plugins, unmodified ones, tells them of events and hands on what they ask to be changed.
 *
 * The layers below it are exported too: the mux, ttrpc over any stream of bytes, and one plugin's connection.
 *
 * @module
 */
export { type NriHost, type NriHostOptions, startNriHost, type Told } from './host.ts'
export {
  allEvents,
  eventNumber,
  maskOf,
  type NriEvent,
  type NriEventName,
  pluginService,
  readMask,
  runtimeService,
  wants,
} from './events.ts'
export { type ProtocolFault, protocolFault } from '../ttrpc/fault.ts'
export { type NriUnusable } from './listen.ts'
export { muxFrames, type MuxReader, muxReader, type Piece, pluginStream, runtimeStream } from './mux.ts'
export { type Ending, makePeer, type Peer, type PeerOptions } from './peer.ts'
export { type PluginName } from './plugin.ts'
export { makeClient, type TtrpcClient } from '../ttrpc/client.ts'
export { encodeFrame, type Frame, type FrameReader, frameReader, frameType, longestMessage } from '../ttrpc/frame.ts'
export { type Handler, makeServer, type Services, type TtrpcServer } from '../ttrpc/server.ts'
export { type CallError, describeCallError, type Refused, refused } from '../ttrpc/status.ts'
export type { Container, ContainerUpdate, FailedUpdate, NriSnapshot, NriWorld, PodSandbox } from './world.ts'
export * as api from '../proto/gen/nri/api.ts'
