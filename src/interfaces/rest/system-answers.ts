/** Answers the routes that run no operation of their own, or answer in a form of their own. */
import { operations } from '../../operations/list.ts'
import type { Caller } from '../../operations/operation.ts'
import type { Runner } from '../../operations/runner.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withoutAddresses } from '../../platform/health.ts'
import { openApiDocument } from './openapi.ts'
import { JSON_TYPE } from './operation-request.ts'
import { referencePage } from './reference-page.ts'
import { HTML_TYPE, METRICS_TYPE, type SystemRouteId } from './system-routes.ts'

export interface SystemAnswersDeps {
  readonly runner: Runner
  readonly clock: Pick<Clock, 'monotonic'>
  readonly version: string
}

interface SystemAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export type SystemAnswers = Readonly<Record<SystemRouteId, () => Promise<SystemAnswer>>>

/** These routes show states and figures, no one's data: they ask on behalf of whoever runs DeniDin. */
const CALLER: Caller = { transport: 'rest', level: 'operator', token: 'none' }

/** Probes come often, and anyone may send them: what was found is shown for so long. */
const PROBE_MS = SECOND_MS

const json = (status: number, value: unknown): SystemAnswer => ({
  status,
  type: JSON_TYPE,
  body: JSON.stringify(value),
})

/** Keeps a result for a while. */
const briefly = <T>(
  clock: Pick<Clock, 'monotonic'>,
  milliseconds: number,
  act: () => Promise<T>,
): (() => Promise<T>) => {
  let kept: { readonly at: number; readonly result: Promise<T> } | undefined
  return () => {
    const now = clock.monotonic()
    if (kept === undefined || now - kept.at >= milliseconds) kept = { at: now, result: act() }
    return kept.result
  }
}

export const systemAnswers = ({ runner, clock, version }: SystemAnswersDeps): SystemAnswers => {
  const components = briefly(clock, PROBE_MS, async () =>
    operations.health.output.parse(await runner.run('health', {}, { caller: CALLER })),
  )
  const metrics = briefly(clock, PROBE_MS, async () => {
    const output = await runner.run('metrics', { format: 'prometheus' }, { caller: CALLER })
    return operations.metrics.output.parse(output).text ?? ''
  })
  // They stay the same for as long as the process runs.
  let document: string | undefined
  let page: string | undefined
  return {
    getHealth: async () => {
      const { state, parts } = await components()
      const found = parts.map(({ name, state: each }) => ({ name, state: each }))
      return json(state === 'down' ? 503 : 200, { status: state, components: found })
    },
    getReadiness: async () => {
      const { parts } = await components()
      const down = parts.filter(({ state }) => state === 'down').map(({ name }) => name)
      const found = parts.map(({ name, state, detail }) => ({ name, state, reason: withoutAddresses(detail) }))
      return json(down.length === 0 ? 200 : 503, { ready: down.length === 0, down, components: found })
    },
    getMetrics: async () => ({
      status: 200,
      type: METRICS_TYPE,
      body: await metrics(),
    }),
    getOpenApi: async () => ({
      status: 200,
      type: JSON_TYPE,
      body: (document ??= JSON.stringify(openApiDocument(version))),
    }),
    getReference: async () => ({
      status: 200,
      type: HTML_TYPE,
      body: (page ??= referencePage(openApiDocument(version))),
    }),
  }
}
