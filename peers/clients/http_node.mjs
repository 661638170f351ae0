// Node's own `fetch` (undici): sends what the JSON in its first argument says, and prints each reply
// as a line of JSON.
const job = JSON.parse(process.argv[2])

async function send(call) {
  const { method, headers, body } = call
  const reply = await fetch(job.url + call.path, { method, headers, body, redirect: 'manual' })
  const kind = reply.headers.get('content-type') ?? ''
  return { status: reply.status, kind, body: await reply.text() }
}

const sent = []
for (const call of job.calls) {
  const reply = send(call)
  sent.push(reply)
  if (!job.together) await reply
}
for (const reply of sent) console.log(JSON.stringify(await reply))
