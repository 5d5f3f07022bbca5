/** The list of everything DeniDin can be asked to do. Static data, so that help needs no open database. */
import type { z } from 'zod'
import { apiTokenCreate, apiTokenList, apiTokenRevoke } from './api/tokens.ts'
import { archiveReindex, archiveVerify } from './archive/maintenance.ts'
import { archiveMessages, archiveSearch } from './archive/search.ts'
import { backupCopy, backupFetch } from './backup/copy.ts'
import { backupCreate } from './backup/create.ts'
import { backupKeyCreate } from './backup/key.ts'
import { backupList, backupShow } from './backup/list.ts'
import { backupPrune } from './backup/prune.ts'
import { backupRestore } from './backup/restore.ts'
import { backupScheduled } from './backup/scheduled.ts'
import { migrateRollback } from './migrate/rollback.ts'
import { migrateStatus } from './migrate/status.ts'
import { backupStart } from './backup/start.ts'
import { backupVerify } from './backup/verify.ts'
import { budgetCalculate } from './budget/calculate.ts'
import { budgetCost } from './budget/cost.ts'
import { budgetDetect } from './budget/detect.ts'
import { budgetExplain } from './budget/explain.ts'
import { budgetFinish } from './budget/finish.ts'
import { budgetLoad } from './budget/load.ts'
import { budgetProfiles } from './budget/profiles.ts'
import { budgetSpending } from './budget/spending.ts'
import { budgetRecommend } from './budget/recommend.ts'
import { budgetReport } from './budget/report.ts'
import { budgetUsage } from './budget/usage.ts'
import { chatListen, chatPause, chatPauses, chatResume } from './chat/pause.ts'
import { chatRestart } from './chat/restart.ts'
import { chatList } from './chat/list.ts'
import { chatSend } from './chat/send.ts'
import { chatSay } from './chat/say.ts'
import { knowledgeList } from './knowledge/list.ts'
import { knowledgeScan } from './knowledge/scan.ts'
import { memoryAbout } from './memory/about.ts'
import { memoryAccessStats } from './memory/access-stats.ts'
import { agentRun, agentStart, agentStatus, agentStop } from './memory/agent.ts'
import { memoryExport } from './memory/export.ts'
import { memoryExtract } from './memory/extract.ts'
import { memoryForget } from './memory/forget.ts'
import { memoryList } from './memory/list.ts'
import { memoryCalibrate, memoryPruneSpaces, memoryRebuild, memoryVerify } from './memory/maintenance.ts'
import { memoryPruneReflections } from './memory/reflections.ts'
import { memoryRebuildErasures } from './memory/rebuild-erasures.ts'
import { memoryRemember } from './memory/remember.ts'
import { memorySearch } from './memory/search.ts'
import { memoryShow } from './memory/show.ts'
import { memoryStats } from './memory/stats.ts'
import { memoryWhy } from './memory/why.ts'
import type { OperationContext } from './context.ts'
import { migrateMemory } from './migrate/memory.ts'
import { migrateConfirm, migrateRun } from './migrate/run.ts'
import {
  peopleAllow,
  peopleBlock,
  peopleDisallow,
  peopleList,
  peopleMerge,
  peopleRole,
  peopleShow,
  peopleUnblock,
} from './people/directory.ts'
import { peopleLanguage, peoplePrivacy, peopleTimezone } from './people/preferences.ts'
import { reportMake } from './report/make.ts'
import { reportScheduled } from './report/scheduled.ts'
import { rolloutPlan } from './rollout/plan.ts'
import { rolloutReport } from './rollout/report.ts'
import { rolloutSet, rolloutStatus } from './rollout/status.ts'
import type { OperationsIn } from './runner.ts'
import { sessionList } from './session/list.ts'
import { sessionReset } from './session/reset.ts'
import { sessionPurge, sessionSweep } from './session/retention.ts'
import { sessionShow } from './session/show.ts'
import { doctor } from './system/doctor.ts'
import { flags } from './system/flags.ts'
import { health } from './system/health.ts'
import { ingestDenidin } from './ingest/denidin.ts'
import { ingestLoad, ingestLoadExtraction } from './ingest/load.ts'
import { ingestParticipants } from './ingest/participants.ts'
import { ingestExport, ingestRejected, ingestRuns } from './ingest/runs.ts'
import { jobsList, jobsRun } from './system/jobs.ts'
import { metrics } from './system/metrics.ts'
import { dataOptimize } from './system/optimize.ts'
import { stats } from './system/stats.ts'
import { status } from './system/status.ts'

/** Operations by name: `noun.verb`. */
export type Operations = OperationsIn<OperationContext>

export const operations = {
  doctor,
  flags,
  health,
  metrics,
  stats,
  status,
  'api.token_create': apiTokenCreate,
  'api.token_list': apiTokenList,
  'api.token_revoke': apiTokenRevoke,
  'budget.calculate': budgetCalculate,
  'budget.cost': budgetCost,
  'budget.detect': budgetDetect,
  'budget.explain': budgetExplain,
  'budget.finish': budgetFinish,
  'budget.load': budgetLoad,
  'budget.profiles': budgetProfiles,
  'budget.spending': budgetSpending,
  'budget.recommend': budgetRecommend,
  'budget.report': budgetReport,
  'budget.usage': budgetUsage,
  'archive.messages': archiveMessages,
  'archive.reindex': archiveReindex,
  'archive.search': archiveSearch,
  'archive.verify': archiveVerify,
  'backup.copy': backupCopy,
  'backup.create': backupCreate,
  'backup.fetch': backupFetch,
  'backup.key_create': backupKeyCreate,
  'backup.list': backupList,
  'backup.prune': backupPrune,
  'backup.restore': backupRestore,
  'backup.scheduled': backupScheduled,
  'backup.show': backupShow,
  'backup.start': backupStart,
  'backup.verify': backupVerify,
  'chat.listen': chatListen,
  'migrate.rollback': migrateRollback,
  'migrate.status': migrateStatus,
  'chat.list': chatList,
  'chat.send': chatSend,
  'chat.pause': chatPause,
  'chat.pauses': chatPauses,
  'chat.restart': chatRestart,
  'chat.resume': chatResume,
  'chat.say': chatSay,
  'ingest.export': ingestExport,
  'ingest.load': ingestLoad,
  'ingest.load_extraction': ingestLoadExtraction,
  'ingest.denidin': ingestDenidin,
  'ingest.participants': ingestParticipants,
  'ingest.rejected': ingestRejected,
  'ingest.runs': ingestRuns,
  'data.optimize': dataOptimize,
  'jobs.list': jobsList,
  'jobs.run': jobsRun,
  'knowledge.list': knowledgeList,
  'knowledge.scan': knowledgeScan,
  'memory.access_stats': memoryAccessStats,
  'memory.agent_run': agentRun,
  'memory.agent_start': agentStart,
  'memory.agent_status': agentStatus,
  'memory.agent_stop': agentStop,
  'memory.about': memoryAbout,
  'memory.calibrate': memoryCalibrate,
  'memory.export': memoryExport,
  'memory.extract': memoryExtract,
  'memory.forget': memoryForget,
  'memory.list': memoryList,
  'memory.prune_reflections': memoryPruneReflections,
  'memory.prune_spaces': memoryPruneSpaces,
  'memory.rebuild': memoryRebuild,
  'memory.rebuild_erasures': memoryRebuildErasures,
  'memory.remember': memoryRemember,
  'memory.search': memorySearch,
  'memory.show': memoryShow,
  'memory.stats': memoryStats,
  'memory.verify': memoryVerify,
  'memory.why': memoryWhy,
  'migrate.confirm': migrateConfirm,
  'migrate.memory': migrateMemory,
  'migrate.run': migrateRun,
  'people.allow': peopleAllow,
  'people.block': peopleBlock,
  'people.disallow': peopleDisallow,
  'people.language': peopleLanguage,
  'people.timezone': peopleTimezone,
  'people.list': peopleList,
  'people.merge': peopleMerge,
  'people.privacy': peoplePrivacy,
  'people.role': peopleRole,
  'people.show': peopleShow,
  'people.unblock': peopleUnblock,
  'report.make': reportMake,
  'report.scheduled': reportScheduled,
  'rollout.plan': rolloutPlan,
  'rollout.report': rolloutReport,
  'rollout.set': rolloutSet,
  'rollout.status': rolloutStatus,
  'session.list': sessionList,
  'session.purge': sessionPurge,
  'session.reset': sessionReset,
  'session.show': sessionShow,
  'session.sweep': sessionSweep,
} satisfies Operations

export type OperationName = keyof typeof operations
/** Input as a caller gives it: fields with a default may be omitted. */
export type OperationInput<N extends OperationName> = z.input<(typeof operations)[N]['input']>
export type OperationOutput<N extends OperationName> = z.output<(typeof operations)[N]['output']>
