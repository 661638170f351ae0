// The TypeScript SDK as a client: `node acp_ts.mjs BEHAVIOUR AGENT..`. Prompts twice: it behaves as
// it is told, then as a client should, and allows.
import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import { client, methods, ndJsonStream, PROTOCOL_VERSION } from "@agentclientprotocol/sdk";

const [behaviour, command, ...args] = process.argv.slice(2);
const agent = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const seen = { asked: [], updates: [], stops: [], errors: [] };
let kept;

function selected(optionId) {
  return { outcome: { outcome: "selected", optionId } };
}

async function requestPermission(question, agent) {
  seen.asked.push(question);
  const option = (kind) => question.options.find((option) => option.kind === kind).optionId;
  const allow = option("allow_once");
  if (seen.asked.length > 1) {
    return selected(behaviour === "old id" ? kept : allow);
  }
  kept = allow;
  const [verb, value] = behaviour.split("=", 2);
  switch (verb) {
    case "allow": return selected(allow);
    case "old id": return selected(option("reject_once"));
    case "reject": return selected(option("reject_once"));
    case "cancelled": return { outcome: { outcome: "cancelled" } };
    case "id": return selected(value);
    case "wrong case": return selected(allow.toUpperCase());
    case "raw": return JSON.parse(behaviour.slice(4).replaceAll("ALLOW", allow));
    case "throws": throw new Error("the dialog broke");
    case "hangs": return new Promise(() => {});
    case "exits": process.exit(0);
    case "cancel, then allow":
      await agent.notify(methods.agent.session.cancel, { sessionId: question.sessionId });
      return selected(allow);
    case "allow, then cancel":
      queueMicrotask(() => agent.notify(methods.agent.session.cancel, { sessionId: question.sessionId }));
      return selected(allow);
  }
  throw new Error(`what is ${behaviour}`);
}

const app = client({ name: "a client" })
  .onRequest(methods.client.session.requestPermission, (ask) => requestPermission(ask.params, ask.agent))
  .onNotification(methods.client.session.update, (told) => void seen.updates.push(told.params.update));
process.on("exit", () => console.log(JSON.stringify(seen)));
const stream = ndJsonStream(Writable.toWeb(agent.stdin), Readable.toWeb(agent.stdout));
await app.connectWith(stream, async (agent) => {
  const hello = { protocolVersion: PROTOCOL_VERSION, clientCapabilities: {} };
  await agent.request(methods.agent.initialize, hello);
  const created = { cwd: process.cwd(), mcpServers: [] };
  const { sessionId } = await agent.request(methods.agent.session.new, created);
  for (const text of ["first.example", "second.example"]) {
    try {
      const prompt = { sessionId, prompt: [{ type: "text", text }] };
      const ended = await agent.request(methods.agent.session.prompt, prompt);
      seen.stops.push(ended.stopReason);
    } catch (error) {
      seen.errors.push(String(error?.message ?? error));
    }
  }
});
agent.kill();
process.exit(0);
