// The official TypeScript SDK for MCP, first generation: speaks up to 2025-11-25. Told what to do by
// the JSON in its first argument; prints what it saw, one line of JSON for each call.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'

const job = JSON.parse(process.argv[2])
const capabilities = job.capable ? { elicitation: {} } : {}
const client = new Client({ name: 'typescript-v1', version: '1' }, { capabilities })
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
let current, asked, abort

if (job.capable) {
  client.setRequestHandler(ElicitRequestSchema, async (request) => {
    asked.push(request.params)
    switch (current.answer) {
      case 'throw': throw new Error('the dialog crashed')
      case 'hang': return new Promise(() => {})
      case 'exit': process.exit(0)
      case 'slow':
        await sleep(4_500)
        return { action: 'accept', content: { approve: true } }
      case 'cancel':
        abort.abort('the user closed the chat')
        await sleep(300)
        return { action: 'accept', content: { approve: true } }
      default: return current.answer
    }
  })
}

const { command, args, url, token } = job.server
const headers = token ? { authorization: `Bearer ${token}` } : {}
await client.connect(url
  ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  : new StdioClientTransport({ command, args, stderr: 'inherit' }))
// Learns the output schemas, which it then checks results against.
await client.listTools()
for (current of job.calls) {
  asked = []
  abort = new AbortController()
  const seen = { id: current.id, asked }
  const since = performance.now()
  try {
    const call = { name: current.tool, arguments: current.args }
    const options = { signal: abort.signal }
    if (current.timeout) {
      seen.progress = []
      options.timeout = current.timeout
      options.resetTimeoutOnProgress = true
      options.onprogress = (progress) => seen.progress.push(progress)
    }
    seen.result = await client.callTool(call, undefined, options)
  } catch (error) {
    seen.error = { code: error.code ?? null, message: String(error.message ?? error) }
  }
  seen.ms = Math.round(performance.now() - since)
  if (current.answer === 'cancel') await sleep(600)
  process.stdout.write(JSON.stringify(seen) + '\n')
}
await client.close()
