/** The decision, as pure functions. @module */

// What crosses a border: the configuration, containerd's status file, CRI metadata, OCI specs, and how refusals are worded.
export { allSettings, type Config, type PolicyConfig, readConfig, readSetting, reservedKeys, valuesOfFile } from './codec/config.ts'
export { decodeConfig, encodeConfig } from './codec/config_codec.ts'
export {
  type ContainerMetadata,
  containerMetadataKey,
  containerMetadataUrl,
  decodeContainerMetadata,
  decodeSandboxMetadata,
  type SandboxMetadata,
  sandboxMetadataKey,
  sandboxMetadataUrl,
} from './codec/cri_metadata.ts'
export { formatDuration, parseDuration } from './codec/duration.ts'
export { explain, type Rejected, rejected } from './codec/explain.ts'
export { isIdentifier } from './codec/identifier.ts'
export { nearest } from './codec/nearest.ts'
export { type Found, fromEnvironment, fromFile, fromFlag, fromValue, type Origin } from './codec/origin.ts'
export { policyOf } from './codec/policy_of.ts'
export { policySettings } from './codec/policy_settings.ts'
export { selectorProblem } from './codec/selector.ts'
export { type Setting, type SettingRow, type Shape, valueOfText } from './codec/setting.ts'
export { type ForeignNamespace, type LogFormat, settings } from './codec/settings.ts'
export { show } from './codec/show.ts'
export { hasOwnPidNamespace } from './codec/spec.ts'
export { decodeStatusFile, encodeStatusFile, type StatusFile } from './codec/status_file.ts'
