// The official TypeScript SDK for MCP, second generation: speaks 2025-11-25 (`legacy`) and 2026-07-28
// (`modern`). Told what to do by the JSON in its first argument; prints what it saw, one line of JSON
// for each call. A call with `manual` plays the client by hand: it gets questions as results, and
// sends whatever state and answers it is told to.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const job = JSON.parse(process.argv[2])
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const { command, args, url } = job.server
let current, asked, abort

async function connect(token) {
  const client = new Client({ name: 'typescript-v2', version: '1' }, {
    capabilities: job.capable ? { elicitation: { form: {} } } : {},
    versionNegotiation: { mode: job.era === 'modern' ? 'auto' : 'legacy' },
  })
  if (job.capable) {
    client.setRequestHandler('elicitation/create', async (request) => {
      asked.push(request.params)
      switch (current.answer) {
        case 'throw': throw new Error('the dialog crashed')
        case 'hang': return new Promise(() => {})
        case 'exit': process.exit(0)
        case 'cancel':
          abort.abort('the user closed the chat')
          await sleep(300)
          return { action: 'accept', content: { approve: true } }
        default: return current.answer
      }
    })
  }
  const headers = token ? { authorization: `Bearer ${token}` } : {}
  await client.connect(url
    ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
    : new StdioClientTransport({ command, args, stderr: 'inherit' }))
  // Learns the output schemas; by hand not, because it would check questions against them too.
  if (!job.calls.some((call) => call.manual)) await client.listTools()
  return client
}

const clients = { [job.server.token]: await connect(job.server.token) }
const states = {}
const keys = {}
for (current of job.calls) {
  asked = []
  abort = new AbortController()
  const seen = { id: current.id, asked }
  const since = performance.now()
  const token = current.token ?? job.server.token
  const client = (clients[token] ??= await connect(token))
  try {
    const call = { name: current.tool, arguments: current.args }
    const options = { signal: abort.signal }
    if (current.manual) {
      options.allowInputRequired = true
      const { state, answers, wait } = current.manual
      if (wait) await sleep(wait)
      if (state?.of) call.requestState = states[state.of]
      if (state?.text) call.requestState = state.text
      // What a question wants its answer filed under is called `approval` by whoever tells us.
      const { approval, ...others } = answers ?? {}
      const key = keys[state?.of] ?? state?.key ?? 'approval'
      if (answers) call.inputResponses = approval ? { ...others, [key]: approval } : others
    }
    const made = Array.from({ length: current.times ?? 1 }, () => client.callTool(call, options))
    // In 2026-07-28 nobody but the client itself could give up on its own dialog.
    if (current.answer === 'hang' && job.era === 'modern') {
      made.push(sleep(1500).then(() => { throw new Error('gave up') }))
    }
    seen.result = await Promise.race(made)
    await Promise.allSettled(current.times ? made : [])
    states[current.id] = seen.result.requestState
    keys[current.id] = Object.keys(seen.result.inputRequests ?? {})[0]
  } catch (error) {
    seen.error = { code: error.code ?? null, message: String(error.message ?? error) }
  }
  seen.ms = Math.round(performance.now() - since)
  if (current.answer === 'cancel') await sleep(600)
  process.stdout.write(JSON.stringify(seen) + '\n')
}
for (const client of Object.values(clients)) await client.close()
