/** Which features are on, if that depends on more than one setting. */
import type { Settings } from './settings.ts'

/** Whether anything is stored in long-term memory and recalled from it. Without it, nothing is embedded. */
export const hasLongTermMemory = ({ feature_flags, memory }: Pick<Settings, 'feature_flags' | 'memory'>): boolean =>
  feature_flags.enable_memory_system && memory.longterm.enabled

/** Whether the memory agent runs and profiles are written: both need long-term memory. */
export const hasMemoryAgent = (settings: Pick<Settings, 'feature_flags' | 'memory'>): boolean =>
  hasLongTermMemory(settings) && settings.feature_flags.enable_conscious_agent
