/** Whether the memory system is on for a conversation. */
import type { Scope } from '../../messages/scope.ts'
import type { Uses } from '../context.ts'

/** What `hasMemorySystem` uses. */
export const MEMORY_SYSTEM_FIELDS = ['rollout.stages', 'instance.memory_system_enabled'] as const

/** Whether the memory system is enabled, and its rollout has reached the conversation. */
export const hasMemorySystem = async (
  { rollout, instance }: Uses<(typeof MEMORY_SYSTEM_FIELDS)[number]>,
  scope: Scope,
): Promise<boolean> => instance.memory_system_enabled && (await rollout.stages.has('enable_memory_system', scope))
