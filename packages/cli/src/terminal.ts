/**
 * What the command writes: results to stdout, as text or as JSON, and everything else to stderr.
 * Colours and moving lines are for terminals alone.
 */
import { styleText } from 'node:util'

export type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow'

export type Step = {
  /** Ends the line with a tick, its time and what came of it. */
  done(outcome?: string, fields?: object): void
  /** Ends it with a cross. */
  failed(outcome: string): void
  /** What is being waited for now; shown on terminals only. */
  progress(text: string): void
}

export type Terminal = {
  readonly json: boolean
  /** The result of the command: `--json` writes the value, else the text. */
  data(value: unknown, text: string): void
  /** A line for people, on stderr; silent with `--json`. */
  say(line: string): void
  /** A line of a longer piece of work, with its measured time; a JSON object with `--json`. */
  step(text: string): Step
  /** A line between steps. */
  line(text: string): void
  style(style: Style | readonly Style[], text: string): string
}

type Stream = {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const spinnerMs = 80
const stepColumns = 58
const clearLine = '\r\u001B[2K'

const elapsed = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`

export const terminal = (options: {
  readonly json: boolean
  readonly stdout: Stream
  readonly stderr: Stream
  readonly color: boolean
  readonly now: () => number
}): Terminal => {
  const { json, stdout, stderr, now } = options
  const style: Terminal['style'] = (styles, text) =>
    options.color ? styleText([styles].flat(), text, { validateStream: false }) : text
  const moves = stdout.isTTY === true && !json

  const step = (text: string): Step => {
    const startedMs = now()
    let waitingFor = ''
    let frame = 0
    const draw = (): void => {
      const mark = style('cyan', spinnerFrames[frame % spinnerFrames.length] ?? '')
      frame += 1
      stdout.write(`${clearLine}${mark} ${text} ${style('dim', waitingFor)}`)
    }
    const timer = moves ? setInterval(draw, spinnerMs) : undefined
    if (moves) draw()
    const end = (ok: boolean, outcome: string, fields: object): void => {
      clearInterval(timer)
      const ms = Math.round(now() - startedMs)
      if (json) {
        stdout.write(`${JSON.stringify({ step: text, ok, outcome, ms, ...fields })}\n`)
        return
      }
      const mark = ok ? style('green', '✓') : style('red', '✗')
      const gap = ' '.repeat(Math.max(1, stepColumns - text.length))
      const [first = '', ...rest] = outcome.split('\n')
      const time = style('dim', elapsed(ms).padStart(7))
      const head = `${moves ? clearLine : ''}${mark} ${text}${gap}${time}  ${first}`.trimEnd()
      stdout.write(`${[head, ...rest.map((line) => `    ${line}`)].join('\n')}\n`)
    }
    return {
      done: (outcome = '', fields = {}) => end(true, outcome, fields),
      failed: (outcome) => end(false, outcome, {}),
      progress: (waiting) => {
        waitingFor = waiting
      },
    }
  }
  return {
    json,
    style,
    step,
    data: (value, text) => void stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
    say: (line) => {
      if (!json) stderr.write(`${line}\n`)
    },
    line: (text) => {
      if (!json) stdout.write(`${text}\n`)
    },
  }
}
