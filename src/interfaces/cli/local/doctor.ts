/** `denidin doctor`: examines this installation, also while its configuration or its data cannot be used. */
import type { Command } from 'commander'
import type { OperationsClient } from '../../../operations/client.ts'
import type { ProgressStep } from '../../../operations/operation.ts'
import type { CheckResult, Examination } from '../../../platform/checkup.ts'
import { isTrouble } from '../../../platform/health.ts'
import { connect, type Connection } from '../connect.ts'
import { EXIT_DONE, EXIT_FAILED } from '../errors.ts'
import { Progress } from '../progress.ts'
import { printable } from '../render.ts'
import { write, type Terminal } from '../terminal.ts'

/** Examines this installation. */
export type Examine = (
  connection: {
    readonly connect: () => Promise<OperationsClient | undefined>
    readonly open: () => Promise<OperationsClient>
  },
  request: {
    readonly only: readonly string[]
    readonly fix: boolean
    readonly signal: AbortSignal
    readonly progress: (step: ProgressStep) => void
  },
) => Promise<Examination>

type Deps = Terminal & Connection & { readonly local: { readonly examine: Examine }; readonly signal?: AbortSignal }

interface Options {
  readonly fix?: boolean
  readonly json?: boolean
  readonly only?: readonly string[]
}

/** Adds `doctor`: exit code 0 when all is well, 1 when there are problems, 2 for wrong usage. */
export const addDoctor = (program: Command, deps: Deps, exit: (code: number) => void): void => {
  program
    .command('doctor')
    .description('Examine this installation and say what helps; makes one test call per model')
    .option('--fix', 'mend what can be mended without losing anything, and say what was done')
    .option('--only <checks...>', 'run these checks only; their ids are in the output')
    .option('--json', 'print JSON')
    .action(async ({ fix = false, json = false, only = [] }: Options) => {
      const examination = await examine(deps, { fix, only: only.flatMap(ids => ids.split(',')) })
      await write(deps.stdout, json ? `${JSON.stringify(examination, null, 2)}\n` : text(examination, fix))
      exit(examination.healthy ? EXIT_DONE : EXIT_FAILED)
    })
}

const examine = async (
  deps: Deps,
  request: { readonly fix: boolean; readonly only: readonly string[] },
): Promise<Examination> => {
  using progress = new Progress('doctor', deps.clock, deps.stderr)
  const signal = deps.signal ?? new AbortController().signal
  return await deps.local.examine(
    { connect: () => deps.connect(), open: () => connect(deps, 'doctor', { signal }) },
    {
      ...request,
      signal,
      progress: step => {
        progress.step(step)
      },
    },
  )
}

/** How a state is shown: as long as the longest of them. */
const MARKS: Readonly<Record<CheckResult['state'], string>> = {
  ok: 'ok       ',
  off: 'off      ',
  unknown: 'unknown  ',
  degraded: 'WARNING  ',
  down: 'PROBLEM  ',
}

const text = ({ versions, checks }: Examination, fixed: boolean): string => {
  const names = Object.entries(versions).map(([name, version]) =>
    // A browser prints its name with its version.
    version.includes(' ') ? version : `${name} ${version}`,
  )
  const problems = checks.filter(({ state }) => isTrouble(state))
  const mendable = problems.filter(({ repairable }) => repairable)
  const lines = [names.join(', '), '', ...checks.flatMap(linesOf), '', summary(problems)]
  if (mendable.length > 0 && !fixed) {
    lines.push(`\`denidin doctor --fix\` mends: ${mendable.map(({ id }) => id).join(', ')}.`)
  }
  return `${lines.map(printable).join('\n')}\n`
}

const summary = (problems: readonly CheckResult[]): string =>
  problems.length === 0
    ? 'All is well.'
    : `${problems.length === 1 ? '1 problem' : `${String(problems.length)} problems`}: ${problems.map(({ id }) => id).join(', ')}.`

const linesOf = ({ id, state, detail, remedy, repaired, severity }: CheckResult): readonly string[] => {
  const critical = isTrouble(state) && severity === 'critical' ? 'Critical. ' : ''
  return [
    `${MARKS[state]}${id}: ${critical}${detail}`,
    ...(repaired === undefined ? [] : [`         --fix: ${repaired}`]),
    ...(remedy === undefined || !isTrouble(state) ? [] : [`         → ${remedy}`]),
  ]
}
