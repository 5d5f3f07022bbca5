/** Names, for each configuration key, the test that proves that the key changes behaviour. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { SCHEMA } from '../../src/config/schema.ts'
import { listSettings } from '../../src/config/setting.ts'

/** Key → title of the test. */
const EFFECTS: Readonly<Record<string, string>> = {
  'feature_flags.enable_memory_system': 'with the master switch off every answer stands alone and nothing is kept',
  'feature_flags.use_schema_v2': 'with use_schema_v2 off a session gives one summary',
  'feature_flags.enable_llm_entity_extraction':
    'with enable_llm_entity_extraction off rules find the facts and no model is asked',
  'feature_flags.enable_filesystem_extraction': '$variable=$word turns $flag.name $state',
  'feature_flags.enable_anthropic': '%s says whether it is asked',
  'feature_flags.enable_ollama': '%s says whether it is asked',
  'rollout.dwell_hours.godfather': 'rollout.dwell_hours is how long each stage lasts',
  'rollout.dwell_hours.few_people': 'rollout.dwell_hours is how long each stage lasts',
  'rollout.dwell_hours.many_people': 'rollout.dwell_hours is how long each stage lasts',
  'rollout.auto_pause': 'with rollout.auto_pause off no stage steps back',
  'rollout.window_minutes':
    'rollout.min_answers and rollout.window_minutes say how many answers count, and how old they may be',
  'rollout.min_answers':
    'rollout.min_answers and rollout.window_minutes say how many answers count, and how old they may be',
  'rollout.max_error_percent': 'rollout.max_error_percent is the highest share of failures',
  'rollout.max_response_ms': 'rollout.max_response_ms is for 95 % of the answers',
  'rollout.max_cost_per_answer':
    'rollout.max_cost_per_answer is the highest mean cost; answers without a price do not count',
  godfather_phone: 'the configured godfather may do what clients may not',
  'user_roles.blocked_phones': 'a blocked person gets no answer, reaches no model and leaves no words behind',
  data_root: 'data_root is the folder of all data',
  logs_dir: 'log_level and logs_dir say what is logged and where, and words are logged at debug alone',
  log_level: 'log_level and logs_dir say what is logged and where, and words are logged at debug alone',
  log_json: 'with log_json, the same lines are objects in a file of their own',
  openai_api_key: 'requests go to base_url with the configured key, model, temperature and token limit',
  anthropic_api_key: 'providers are asked in their order, each at its address with its key and its model',
  gemini_api_key: 'providers are asked in their order, each at its address with its key and its model',
  'ai.provider': 'the offline provider calls no server',
  'ai.base_url': 'requests go to base_url with the configured key, model, temperature and token limit',
  'ai.model': 'requests go to base_url with the configured key, model, temperature and token limit',
  'ai.fallback_models': 'when %s, the next model answers, with its own key',
  'ai.temperature': 'requests go to base_url with the configured key, model, temperature and token limit',
  'ai.max_tokens': 'requests go to base_url with the configured key, model, temperature and token limit',
  'ai.system_prompt_file': 'the system prompt is read from the configured file',
  'ai.timeout_seconds': 'a model call times out after ai.timeout_seconds',
  'ai.stream': 'answers are asked for as streams unless ai.stream says no',
  'ai.idle_check': 'with ai.idle_check a model that no one asks shows a wrong key within a minute',
  'ai.retries': 'a failed request is retried ai.retries times',
  'embeddings.provider': 'the offline embedder works beside a remote language model',
  'embeddings.base_url': 'embeddings have their own URL, key, model and dimensions',
  'embeddings.api_key': 'embeddings have their own URL, key, model and dimensions',
  'embeddings.model': 'embeddings have their own URL, key, model and dimensions',
  'embeddings.dimensions': 'embeddings have their own URL, key, model and dimensions',
  'feature_flags.enable_conscious_agent': 'with the agent switched off nothing moves, and no profile travels along',
  'memory.agent.interval_hours': 'the agent looks at the start, and again after interval_hours',
  'memory.reflections.retention_days':
    'reflections older than retention_days go with the cleanup schedule, others stay',
  'affect.valence_threshold': 'a message at valence −0.3 changes the request only for thresholds above it',
  'conversation.debounce_ms': 'messages within debounce_ms are one turn',
  'conversation.answer_within_hours': 'messages older than answer_within_hours are history without an answer',
  'conversation.bot_loop_minutes':
    'conversation.bot_loop_minutes is how long the bot only listens; with 0 it answers on',
  'conversation.takeover_minutes': 'the quiet time after the owner’s words is takeover_minutes; with 0 there is none',
  'conversation.max_concurrent_turns': 'only as many turns as configured are under way at once',
  'conversation.pacing.characters_per_second': 'a reply is delayed by its typing time, up to the longest pause',
  'conversation.pacing.longest_pause_seconds': 'a reply is delayed by its typing time, up to the longest pause',
  'conversation.pacing.chat_gap_ms': 'messages keep the configured gaps, in one chat and across all',
  'conversation.pacing.global_gap_ms': 'messages keep the configured gaps, in one chat and across all',
  'conversation.pacing.jitter': 'gaps vary at random within the jitter',
  'conversation.quiet_hours': 'in quiet hours messages wait in order, except those of the godfather',
  time_zone: 'in quiet hours messages wait in order, except those of the godfather',
  'knowledge.dirs': 'a client asks for the opening hours and gets them from the file, %s',
  'knowledge.dedupe_ttl_seconds':
    'a file that was read is not read again within dedupe_ttl_seconds, and its change is not lost',
  'knowledge.max_file_size_bytes': 'a file above max_file_size_bytes is refused until the limit is raised',
  'knowledge.ignore_dirs': 'passed over: ignore_dirs, hidden files, what editors leave, and links out of the folder',
  'mcp.send_messages': 'send_message reaches people who wrote first, where mcp.send_messages is on, and no one else',
  'budget.use_profiles': 'with use_profiles off every task has manual_tokens',
  'budget.profiles_file': 'profiles of the configured file hold, and a change of it holds at once',
  'budget.patterns_dir': 'patterns come from patterns_dir',
  'budget.prices_file': 'prices of the configured file hold, and a change of it holds without a restart',
  'budget.manual_tokens': 'with use_profiles off every task has manual_tokens',
  'limits.cost_per_person_per_day': 'limits.%s ends the answers when it is used up, and not before',
  'limits.cost_per_day': 'limits.%s ends the answers when it is used up, and not before',
  'limits.cost_per_month': 'limits.%s ends the answers when it is used up, and not before',
  'limits.tokens_per_person_per_day': 'limits.%s ends the answers when it is used up, and not before',
  'limits.tokens_per_day': 'limits.%s ends the answers when it is used up, and not before',
  'limits.tokens_per_month': 'limits.%s ends the answers when it is used up, and not before',
  'limits.at_limit': 'limits.at_limit %s decides who answers when a limit is reached',
  'limits.smaller_model': 'limits.at_limit %s decides who answers when a limit is reached',
  'limits.unpriced_models': 'limits.unpriced_models decides whether a model without a price answers',
  'limits.exempt_godfather': 'limits of one person do not hold for the godfather unless limits.exempt_godfather is off',
  'limits.messages_per_minute':
    'as many messages are answered as limits.messages_per_minute and limits.message_burst say',
  'limits.message_burst': 'as many messages are answered as limits.messages_per_minute and limits.message_burst say',
  'limits.messages_per_day': 'limits.messages_per_day is for one day, also over a restart',
  'budget.usage.log': 'the usage log is kept, marked and rotated as the settings say',
  'budget.usage.run': 'the usage log is kept, marked and rotated as the settings say',
  'budget.usage.file_megabytes': 'the usage log is kept, marked and rotated as the settings say',
  'budget.usage.kept_files': 'the usage log is kept, marked and rotated as the settings say',
  'budget.reports.weekly_cron': 'the reports are written at the times of their settings',
  'budget.reports.monthly_cron': 'the reports are written at the times of their settings',
  'budget.reports.health_cron': 'the reports are written at the times of their settings',
  'budget.reports.kept_days': 'reports older than kept_days are deleted',
  'budget.reports.tell_godfather': 'with tell_godfather the godfather gets one line about a report',
  'api.enabled': 'the REST API is served only where api.enabled is on, at api.host and api.port',
  'api.host': 'the REST API is served only where api.enabled is on, at api.host and api.port',
  'api.port': 'the REST API is served only where api.enabled is on, at api.host and api.port',
  'api.behind_tls_proxy': 'an address that other machines reach is refused until a TLS proxy is confirmed',
  'api.cors_origins': 'web pages of other origins are not let in, unless their origin is named',
  'api.requests_per_minute':
    'more requests than allowed are refused until the minute is over, for each token by itself',
  'api.body_kilobytes': 'a body over the limit is refused before it is read',
  'api.timeout_seconds': 'a request that takes too long is answered with a timeout',
  'reports.scheduled': 'the reports of reports.scheduled are written at their time, in their format',
  'reports.cron': 'the reports of reports.scheduled are written at their time, in their format',
  'reports.days': 'the reports of reports.scheduled are written at their time, in their format',
  'reports.file_format': 'the reports of reports.scheduled are written at their time, in their format',
  'reports.kept_days': 'scheduled reports older than reports.kept_days are deleted',
  'backup.scheduled': 'with backup.scheduled off the schedule makes no backup, and an operator still does',
  'backup.folder': 'backup.folder is where backups are kept',
  'jobs.orphans_cron': 'the maintenance jobs run at the times of their settings',
  'jobs.vacuum_cron': 'the maintenance jobs run at the times of their settings',
  'jobs.jitter_seconds':
    'with a jitter, a run begins late by a random part of it, and not at all if the bot stops meanwhile',
  'backup.incremental_cron': 'the schedule of backups has the times of its settings',
  'backup.full_cron': 'the schedule of backups has the times of its settings',
  'backup.archive_cron': 'the schedule of backups has the times of its settings',
  'backup.drill_cron': 'the schedule of backups has the times of its settings',
  'backup.verify_cron': 'the schedule of backups has the times of its settings',
  'backup.point_in_time_minutes':
    'a restore point is made within point_in_time_minutes of a change, and none without one',
  'backup.before_migration': 'without backup.before_migration, the data is migrated without a backup',
  'backup.retention_days': 'backups older than retention_days go, archives stay for archive_retention_days',
  'backup.archive_retention_days': 'backups older than retention_days go, archives stay for archive_retention_days',
  'backup.max_megabytes_per_second': 'a backup reads no faster than max_megabytes_per_second',
  'backup.include': 'backup.include says what else a backup contains',
  'backup.encryption.recipients':
    'backup.encryption.recipients says for whom backups are encrypted, and nothing of a conversation is readable',
  'backup.encryption.identity_file':
    'without backup.encryption.identity_file, encrypted backups are listed and never called verified',
  'backup.targets': 'backup.targets says where backups are copied to, each with a result',
  'backup.warn_after_hours': 'status says how old the newest backup is and whether it was proved',
  'alerts.whatsapp': 'alerts.whatsapp off, or no godfather: the incident is in the log and in the status alone',
  'alerts.after_seconds': 'alerts.after_seconds is how long trouble must last before the godfather is told',
  'alerts.window_minutes': 'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.minimum_count': 'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.response_time.target_ms':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.response_time.limit_ms':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.errors.target_percent':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.errors.limit_percent':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.sessions.target': 'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.sessions.limit': 'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.memory.target_megabytes':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.memory.limit_megabytes':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.auto_expiry.target_percent':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.auto_expiry.limit_percent':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.auto_expiry.window_days':
    'sessions that ended within alerts.auto_expiry.window_days are judged, in the whole app',
  'alerts.uptime.target_percent':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.uptime.limit_percent':
    'each measure is judged by its own settings of alerts, and with a limit of 0 not at all',
  'alerts.uptime.window_days': 'what is older than alerts.uptime.window_days does not count, in the whole app',
  'memory.godfather_scope':
    'with godfather_scope all the godfather is reminded of what others said, and each time is audited',
  'memory.session.max_tokens_by_role.client':
    'the window of a client is bounded by its budget, the godfather has his own',
  'memory.session.max_tokens_by_role.godfather':
    'the window of a client is bounded by its budget, the godfather has his own',
  'memory.session.session_timeout_hours':
    'the configured timeout ends a conversation, and the sweep moves it into long-term memory',
  'memory.session.expiry_cron': 'the cron schedule ends what has expired and purges what was kept long enough',
  'memory.session.cleanup_cron': 'the cron schedule ends what has expired and purges what was kept long enough',
  'memory.session.expired_retention_days': 'archived sessions are purged after the configured days, memories stay',
  'memory.longterm.enabled':
    'with long-term memory off nothing is embedded, recalled or stored, and ended sessions wait until it is on',
  'memory.longterm.top_k_results': 'at most top_k_results memories are recalled',
  'memory.longterm.min_similarity': 'only memories as similar as min_similarity are recalled',
  'memory.longterm.recall_tokens': 'recalled texts have at most recall_tokens tokens together',
  'memory.longterm.semantic_weight': 'semantic_weight and recency_weight decide the order of memories',
  'memory.longterm.recency_weight': 'semantic_weight and recency_weight decide the order of memories',
  'memory.longterm.reranker.kind': 'found messages are put into order by the re-ranker that is configured',
  'memory.longterm.reranker.url': 'found messages are put into order by the re-ranker that is configured',
  'memory.longterm.reranker.model': 'found messages are put into order by the re-ranker that is configured',
  'memory.longterm.reranker.api_key': 'found messages are put into order by the re-ranker that is configured',
  'memory.longterm.storage_dir': 'the index is stored in storage_dir, in collections prefixed with collection_name',
  'memory.longterm.collection_name': 'the index is stored in storage_dir, in collections prefixed with collection_name',
  'memory.longterm.chroma.mode': 'a remote Chroma is used at its URL, and no local one is started',
  'memory.longterm.chroma.url': 'a remote Chroma is used at its URL, and no local one is started',
  'memory.extraction.timeout_seconds': 'a provider is waited for as long as memory.extraction.timeout_seconds says',
  'memory.extraction.retries':
    'a provider that fails for now is asked again as often as memory.extraction.retries says',
  'memory.extraction.anthropic.base_url':
    'providers are asked in their order, each at its address with its key and its model',
  'memory.extraction.anthropic.model':
    'providers are asked in their order, each at its address with its key and its model',
  'memory.extraction.gemini.base_url':
    'providers are asked in their order, each at its address with its key and its model',
  'memory.extraction.gemini.model':
    'providers are asked in their order, each at its address with its key and its model',
  'memory.extraction.ollama.base_url':
    'providers are asked in their order, each at its address with its key and its model',
  'memory.extraction.ollama.model':
    'providers are asked in their order, each at its address with its key and its model',
  'whatsapp.enabled': 'with WhatsApp switched off no browser is started and the bot is up at once',
  'whatsapp.answer': 'with whatsapp.answer allow_list only the godfather and listed people are read',
  'whatsapp.invite_code': 'whatsapp.invite_code lets a person in who sends it, and is stored and logged nowhere',
  'whatsapp.pairing_phone': 'with renamed ids, a pairing code, a group and a LID the answers go where they belong',
  'whatsapp.browser_path': 'whatsapp.browser_path is the browser that is started',
  'whatsapp.browser_args': 'from the QR code to a remembered reply, a drained stop, and a second start without a code',
  'whatsapp.browser_memory_mb': 'a browser that uses more memory than configured is replaced once nobody is writing',
}

const TESTS = join(import.meta.dirname, '..')

/** Titles as written in the test files, between their quotes. */
const titles = new Set(
  globSync('*/**/*.test.ts', { cwd: TESTS })
    .filter(path => path !== 'unit/config-effects.test.ts')
    .flatMap(path => [...readFileSync(join(TESTS, path), 'utf8').matchAll(/\(\s*(['"`])(.+?)\1,/g)])
    .map(match => match[2]),
)

test('every key has a row here, and every row is a key', () => {
  const keys = listSettings(SCHEMA).map(each => each.key)
  expect(Object.keys(EFFECTS).sort()).toEqual([...keys].sort())
})

test.each(Object.entries(EFFECTS))('the test that proves the effect of %s exists', (_, title) => {
  expect(titles).toContain(title)
})
