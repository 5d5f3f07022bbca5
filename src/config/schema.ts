/**
 * Every configuration key, one file per top-level section. The settings type, the checks at startup, the environment
 * variables, the documentation page and the commented example all come from these declarations.
 */
import { AFFECT } from './schema/affect.ts'
import { AI } from './schema/ai.ts'
import { ALERTS } from './schema/alerts.ts'
import { API } from './schema/api.ts'
import { BACKUP } from './schema/backup.ts'
import { BUDGET } from './schema/budget.ts'
import { CONVERSATION } from './schema/conversation.ts'
import { EMBEDDINGS } from './schema/embeddings.ts'
import { FEATURE_FLAGS } from './schema/feature-flags.ts'
import { GENERAL } from './schema/general.ts'
import { KNOWLEDGE } from './schema/knowledge.ts'
import { JOBS } from './schema/jobs.ts'
import { LIMITS } from './schema/limits.ts'
import { MCP } from './schema/mcp.ts'
import { MEMORY } from './schema/memory.ts'
import { REPORTS } from './schema/reports.ts'
import { ROLLOUT } from './schema/rollout.ts'
import { USER_ROLES } from './schema/user-roles.ts'
import { WHATSAPP } from './schema/whatsapp.ts'
import type { Section } from './setting.ts'

export const SCHEMA = {
  ...GENERAL,
  feature_flags: FEATURE_FLAGS,
  rollout: ROLLOUT,
  user_roles: USER_ROLES,
  ai: AI,
  embeddings: EMBEDDINGS,
  affect: AFFECT,
  conversation: CONVERSATION,
  memory: MEMORY,
  knowledge: KNOWLEDGE,
  whatsapp: WHATSAPP,
  alerts: ALERTS,
  budget: BUDGET,
  limits: LIMITS,
  reports: REPORTS,
  api: API,
  mcp: MCP,
  backup: BACKUP,
  jobs: JOBS,
} as const satisfies Section
