/**
 * The output of `budget load` as text: the budget, its alerts and, on request, every scope and the most relevant
 * patterns.
 */
import type { z } from 'zod'
import { budgetLoad } from '../../../operations/budget/load.ts'
import { printable, type Report } from '../render.ts'
import { drawTable } from '../table.ts'

type Load = z.output<typeof budgetLoad.output>

/** Most patterns that `--detailed` names. */
const TOP_PATTERNS = 10
const COLUMNS_DEFAULT = 100

/** With `--text` only the texts go to stdout, so that a program can read them; everything else goes to stderr. */
export const loadReport: Report = (output, input, { columns = COLUMNS_DEFAULT }) => {
  const load = budgetLoad.output.parse(output)
  const text = [summary(load), ...(input['detailed'] === true ? details(load, columns) : [])].join('\n\n')
  if (input['text'] !== true) return { out: `${text}\n` }
  return { out: load.patterns.map(pattern => `${pattern.text?.trimEnd() ?? ''}\n`).join('\n'), err: `${text}\n` }
}

const summary = (load: Load): string => {
  const { profile, complexity, budget, raised_from, transferred_tokens, task_id = '', usage_id } = load
  return [
    ...(load.fallback === undefined ? [] : [fallbackLine(load, load.fallback)]),
    `Budget Profile: ${profile} | Complexity: ${complexity} | Budget: ${count(budget)} tokens`,
    ...(raised_from === undefined
      ? []
      : [
          `Budget raised one tier, from ${raised_from.complexity} (${count(raised_from.budget)} tokens) to ${complexity}: ` +
            `${count(load.demand_tokens)} tokens are needed`,
        ]),
    ...(transferred_tokens === 0
      ? []
      : [`${count(transferred_tokens)} tokens of it were left by earlier loads of the task ${printable(task_id)}`]),
    ...load.alerts.map(({ level, message, action }) => `${level.toUpperCase()}: ${message}: ${action}`),
    `Patterns loaded: ${String(load.loaded)}${byScope(load)}, ${count(load.tokens_loaded)} tokens (${share(load.loaded_pct)}), ${String(load.skipped)} skipped`,
    ...load.warnings.map(warning => `Warning: ${printable(warning)}`),
    ...(usage_id === undefined ? [] : [`Open; when the work has ended: denidin budget finish ${usage_id}`]),
  ].join('\n')
}

const fallbackLine = ({ profile, budget }: Load, reason: string): string =>
  `${capital(printable(reason))}; ${profile === 'manual' ? `the manual budget of ${count(budget)} tokens is used` : 'the last valid profiles are used'}`

/** ` (44.5% agent-specific, 55.5% global)` */
const byScope = ({ scopes, loaded }: Load): string => (loaded === 0 ? '' : ` (${efficiency(scopes)})`)

const efficiency = (scopes: Load['scopes']): string =>
  scopes
    .filter(({ loaded }) => loaded > 0)
    .map(({ scope, share_pct }) => `${share(share_pct)} ${scope}`)
    .join(', ')

const details = (load: Load, columns: number): readonly string[] => {
  const { agent, budget, tokens_loaded, loaded_pct, demand_tokens, loaded, skipped, alerts, patterns } = load
  const pairs = [
    ['Agent', printable(agent)],
    ['Max tokens', count(budget)],
    ['Used tokens', count(tokens_loaded)],
    ['Utilisation', share(loaded_pct)],
    ['Needed tokens', `${count(demand_tokens)}${load.exceeded_budget ? ', more than the budget' : ''}`],
    ['Patterns', `${String(loaded)} loaded, ${String(skipped)} skipped`],
    ['Scope efficiency', loaded === 0 ? 'nothing loaded' : efficiency(load.scopes)],
    ['Alerts', alerts.length === 0 ? 'none' : alerts.map(({ level }) => level.toUpperCase()).join(', ')],
  ]
  const width = Math.max(...pairs.map(([name = '']) => name.length))
  const top = patterns.slice(0, TOP_PATTERNS)
  return [
    pairs.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}`).join('\n'),
    table(
      ['scope', 'weight', 'allotted', 'loaded', 'tokens', 'share', 'skipped'],
      load.scopes.map(each => [
        each.scope,
        share(Math.round(each.weight * 100)),
        count(each.allotted),
        String(each.loaded),
        count(each.tokens),
        share(each.share_pct),
        String(each.skipped),
      ]),
      columns,
    ),
    ...(top.length === 0
      ? []
      : [
          `Top ${String(top.length)} patterns\n${table(
            ['', 'score', 'tokens', 'scope', 'pattern'],
            top.map(({ path, scope, tokens, score }, at) => [
              String(at + 1),
              score.toFixed(2),
              count(tokens),
              scope,
              printable(path),
            ]),
            columns,
          )}`,
        ]),
  ]
}

/** Texts that are too long for a table are printed as they are, one row per line. */
const table = (head: readonly string[], rows: readonly (readonly string[])[], columns: number): string =>
  drawTable(head, rows, { columns, longest: columns }) ?? [head, ...rows].map(row => row.join('  ')).join('\n')

const count = (tokens: number): string => tokens.toLocaleString('en')
const share = (percent: number): string => `${String(percent)}%`
const capital = (sentence: string): string => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`
