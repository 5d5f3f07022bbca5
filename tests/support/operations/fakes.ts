// One fake per group of the operations' context, held in memory. A test makes those that its operation uses.
import type { ConsoleMessage } from '../../../src/channels/console/console-channel.ts'
import { RecallOverrides } from '../../../src/conversation/recall-overrides.ts'
import type { Pause } from '../../../src/conversation/pauses.ts'
import type { ResetOutcome, SweepReport } from '../../../src/learning/session-lifecycle.ts'
import type { JobRun, OperationContext } from '../../../src/operations/context.ts'
import type { NameHistory } from '../../../src/people/people.ts'
import type { Person } from '../../../src/people/person.ts'
import { DenidinError } from '../../../src/platform/errors.ts'
import type { Checkup, HealthCheck } from '../../../src/platform/health.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { createMetrics } from '../../../src/platform/metrics.ts'
import type { MetricSample } from '../../../src/platform/prometheus-metrics.ts'
import { phoneDigits } from '../../../src/platform/phone.ts'
import type { SessionDetails } from '../../../src/sessions/session.ts'
import { FakeClock } from '../fake-clock.ts'
import { pageOf } from './records.ts'

/** What the fakes were asked to do, in order. */
export type Asked = string[]

export const INSTANCE: OperationContext['instance'] = {
  version: '1.2.3',
  started_at: undefined,
  memory_system_enabled: true,
  extraction_enabled: true,
  flags: [
    {
      name: 'enable_memory_system',
      value: true,
      effective: true,
      from: 'environment',
      variable: 'DENIDIN_FEATURE_FLAGS_ENABLE_MEMORY_SYSTEM',
      reason: undefined,
    },
  ],
  godfather_phone: undefined,
}

export class FakePeople {
  readonly persons: Person[] = []
  names: NameHistory = { former: [], taken_over: [] }
  readonly directory: OperationContext['people']['directory']

  constructor(asked: Asked = []) {
    this.directory = {
      find: person_id => Promise.resolve(this.persons.find(each => each.person_id === person_id)),
      lookUp: reference => {
        const digits = phoneDigits(reference)
        return Promise.resolve(
          this.persons.find(
            each => each.person_id === reference || each.identities.some(identity => identity.value === digits),
          ),
        )
      },
      list: page => Promise.resolve(pageOf(this.persons, page, each => each.person_id)),
      resolve: () => Promise.reject(new Error('no one new is met')),
      setAllowed: (person_id, allowed) => {
        asked.push(`setAllowed ${person_id} ${String(allowed)}`)
        const person = this.persons.find(each => each.person_id === person_id)
        if (person === undefined) return Promise.reject(new DenidinError('not_found', 'no such person'))
        return Promise.resolve({ ...person, allowed })
      },
      setRole: (person_id, role) => {
        const index = this.persons.findIndex(each => each.person_id === person_id)
        const person = this.persons[index]
        if (person === undefined) return Promise.reject(new DenidinError('not_found', 'no such person'))
        const changed = { ...person, role }
        this.persons[index] = changed
        asked.push(`setRole ${person_id} ${role}`)
        return Promise.resolve(changed)
      },
      merge: (one, other) => {
        asked.push(`merge ${one} ${other}`)
        return Promise.resolve(this.persons.find(each => each.person_id === one) as Person)
      },
      nameHistory: () => Promise.resolve(this.names),
    }
  }
}

export class FakeChats {
  readonly said: ConsoleMessage[] = []
  readonly current: Pause[] = []
  /** Replies to each message. */
  answer: (message: ConsoleMessage) => Promise<readonly string[]> = message =>
    Promise.resolve([`you said: ${message.text}`])
  readonly conversation: OperationContext['chats']['conversation']
  readonly restart = (): Promise<string> => Promise.resolve('whatsapp')
  readonly recallOverrides = new RecallOverrides()
  sending: OperationContext['chats']['sending']
  readonly console: OperationContext['chats']['console'] = {
    say: message => {
      this.said.push(message)
      return this.answer(message)
    },
  }
  readonly pauses: OperationContext['chats']['pauses'] = {
    at: scope => Promise.resolve(this.current.find(each => each.scope === scope)),
    begin: pause => {
      this.current.push(pause)
      return Promise.resolve()
    },
    end: scope => {
      const index = this.current.findIndex(each => each.scope === scope)
      if (index >= 0) this.current.splice(index, 1)
      return Promise.resolve(index >= 0)
    },
    list: () => Promise.resolve(this.current),
  }

  constructor(asked: Asked = []) {
    this.conversation = {
      resumed: () => {
        asked.push('resumed')
      },
    }
  }
}

export class FakeSessions {
  readonly details: SessionDetails[] = []
  resetOutcome: ResetOutcome = { session_id: 's1', messages: 4, memory: 'stored' }
  sweepReport: SweepReport = { found: 3, stored: 2, failed: 1, dead: 0 }
  readonly browser: OperationContext['sessions']['browser'] = {
    list: page =>
      Promise.resolve(
        pageOf(
          this.details.filter(each => page.state === undefined || each.state === page.state),
          page,
          each => each.session_id,
        ),
      ),
    show: session_id => Promise.resolve(this.details.find(each => each.session_id === session_id)),
    counts: () => {
      const counts = { active: 0, closed: 0, stored: 0, dead: 0, purged: 0 }
      for (const { state } of this.details) counts[state]++
      return Promise.resolve(counts)
    },
  }
  readonly lifecycle: OperationContext['sessions']['lifecycle']

  constructor(asked: Asked = []) {
    this.lifecycle = {
      reset: scope => {
        asked.push(`reset ${scope}`)
        return Promise.resolve(this.resetOutcome)
      },
      relearn: () => Promise.resolve(),
      sweep: options => {
        asked.push('sweep')
        options?.progress?.(1, 3)
        return Promise.resolve(this.sweepReport)
      },
      purge: () => {
        asked.push('purge')
        return Promise.resolve({ purged: 5 })
      },
    }
  }
}

export class FakeSystem {
  readonly clock = new FakeClock()
  readonly ids = systemIds
  readonly metrics = createMetrics()
  readonly values: MetricSample[] = []
  readonly installation: OperationContext['system']['installation'] = {
    samples: () => Promise.resolve(this.values),
    text: () => Promise.resolve('# the text\n'),
  }
  checks: HealthCheck[] = []
  diagnostics: Checkup[] = []
  readonly usage: OperationContext['system']['usage']
  readonly schedule: OperationContext['system']['schedule'] = {
    expressions: { expiry_cron: '*/10 * * * *' },
    lastResult: key => Promise.resolve(this.runs.get(key)),
    begin: () => Promise.resolve(),
    record: (key, run) => {
      this.runs.set(key, run)
      return Promise.resolve()
    },
    nextRun: () => undefined,
  }
  readonly runs = new Map<string, JobRun>()
  readonly databases = [{ name: 'denidin.db', optimize: () => ({ before: 8192, after: 4096, vacuumed: true }) }]

  constructor(asked: Asked = []) {
    this.usage = {
      totals: ({ since }) => {
        asked.push(`usage since ${new Date(since).toISOString()}`)
        return Promise.resolve([
          {
            kind: 'completion',
            purpose: 'reply',
            provider: 'offline',
            model: 'm',
            calls: 7,
            failed: 1,
            input_tokens: 900,
            output_tokens: 100,
          },
        ])
      },
    }
  }
}

export const FAKE_TRAFFIC: OperationContext['messages']['traffic'] = {
  counts: () => Promise.resolve({ inbox_waiting: 2, outbox_waiting: 1, outbox_unconfirmed: 3, outbox_failed: 4 }),
  chats: () => Promise.resolve([]),
  prune: () => Promise.resolve(7),
}

/** Runs at once, and notes the queue that it would have waited in. */
export const fakeExclusive =
  (asked: Asked) =>
  async <T>(scope: string, act: () => Promise<T>): Promise<T> => {
    asked.push(`enter ${scope}`)
    try {
      return await act()
    } finally {
      asked.push(`leave ${scope}`)
    }
  }
