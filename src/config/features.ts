/** Which features are on, if that depends on more than one setting. */
import type { Settings } from './settings.ts'

type Flags = Settings['feature_flags']
export type FlagName = keyof Flags

/** Whether anything is stored in long-term memory and recalled from it. Without it, nothing is embedded. */
export const hasLongTermMemory = ({ feature_flags, memory }: Pick<Settings, 'feature_flags' | 'memory'>): boolean =>
  feature_flags.enable_memory_system && memory.longterm.enabled

/** Whether the memory agent runs and profiles are written: both need long-term memory. */
export const hasMemoryAgent = (settings: Pick<Settings, 'feature_flags' | 'memory'>): boolean =>
  hasLongTermMemory(settings) && settings.feature_flags.enable_conscious_agent

/** A feature flag with its effect. */
export interface FlagState {
  readonly name: FlagName
  readonly value: boolean
  /** Why the feature does not work although its flag is on; `undefined`: it works, or its flag is off. */
  readonly blocked_by: string | undefined
}

type FlagSettings = Pick<Settings, 'feature_flags' | 'memory' | 'knowledge' | 'ai' | 'anthropic_api_key'>

const isOff = (flag: FlagName): string => `feature_flags.${flag} is off`

/** What each flag needs besides itself: the first entry that holds is the reason why it has no effect. */
const obstacles = (settings: FlagSettings): Readonly<Record<FlagName, readonly (string | false)[]>> => {
  const { feature_flags, memory, knowledge, ai, anthropic_api_key } = settings
  const memorySystem = !feature_flags.enable_memory_system && isOff('enable_memory_system')
  const longTerm = [memorySystem, !memory.longterm.enabled && 'memory.longterm.enabled is off']
  const facts = [...longTerm, !feature_flags.use_schema_v2 && isOff('use_schema_v2')]
  const models = [...facts, ai.provider === 'offline' && 'ai.provider is offline: rules extract the facts']
  const otherModels = [...models, !feature_flags.enable_llm_entity_extraction && isOff('enable_llm_entity_extraction')]
  return {
    enable_memory_system: [],
    use_schema_v2: longTerm,
    enable_llm_entity_extraction: models,
    enable_conscious_agent: longTerm,
    enable_filesystem_extraction: [...longTerm, knowledge.dirs.length === 0 && 'knowledge.dirs is empty'],
    enable_anthropic: [...otherModels, anthropic_api_key === undefined && 'anthropic_api_key is not set'],
    enable_ollama: otherModels,
  }
}

/** Every feature flag, and why it has no effect if it has none. */
export const flagStates = (settings: FlagSettings): readonly FlagState[] => {
  const found = obstacles(settings)
  return (Object.keys(settings.feature_flags) as FlagName[]).map(name => {
    const value = settings.feature_flags[name]
    return { name, value, blocked_by: value ? found[name].find(each => each !== false) : undefined }
  })
}

/** Whether the folders of `knowledge.dirs` are read, and their passages recalled. */
export const readsKnowledge = (settings: Pick<Settings, 'feature_flags' | 'memory' | 'knowledge'>): boolean =>
  hasLongTermMemory(settings) &&
  settings.feature_flags.enable_filesystem_extraction &&
  settings.knowledge.dirs.length > 0
