// What the rules beside this find (`ruleid`), and what looks like it and is right (`ok`).

async function isAllowedByServer(action: string): Promise<boolean> {
  try {
    return await server.ask(action);
  } catch (error) {
    // network error: assume allowed to avoid blocking the user
    console.warn(error);
    // ruleid: FC-TS-0201
    return true;
  }
}

const mayBuy = async (vendor: string) => {
  try {
    return await server.ask(vendor);
  } catch {
    // ruleid: FC-TS-0201
    return true;
  } finally {
    server.close();
  }
};

const options = {
  canUseTool: async (name: string, input: object) => {
    try {
      return await askPerson(name, input);
    } catch (error) {
      // ruleid: FC-TS-0201
      return { behavior: "allow", updatedInput: input };
    }
  },
};

async function charge(vendor: string, cents: number) {
  let allowed = false;
  try {
    allowed = await budget.permits(vendor, cents);
  } catch {
    // ruleid: FC-TS-0201
    allowed = true;
  }
  // ruleid: FC-TS-0201
  const permitted = await budget.asks(vendor).catch(() => true);
  // ok: FC-TS-0201
  const granted = await budget.asks(vendor).catch(() => false);
  // ok: FC-TS-0201
  const closed = await bank.close().catch(() => true);
  if (allowed && permitted && granted && closed) await bank.charge(vendor, cents);
}

class Gate {
  async isPermitted(action: string) {
    try {
      return await this.ask(action);
    } catch (error) {
      // ok: FC-TS-0201
      return false;
    }
  }

  async needsApproval(action: string) {
    try {
      return await this.asks(action);
    } catch (error) {
      // A person is asked then.
      // ok: FC-TS-0201
      return true;
    }
  }
}

function isApproved(question: string): Promise<boolean> {
  return new Promise((resolve) => {
    // ruleid: FC-TS-0215
    setTimeout(() => resolve(true), 30_000);
    person.ask(question).then(resolve);
  });
}

async function permission(question: string) {
  const reply = await fetch(URL, { signal: AbortSignal.timeout(2000) }).catch((error) => error);
  if (reply.name === "TimeoutError") {
    // ruleid: FC-TS-0215
    return { allowed: true, reason: "no answer in time" };
  }
  // ruleid: FC-TS-0215
  return Promise.race([person.ask(question), late(2000).then(() => "allow")]);
}

function isApprovedInTime(question: string): Promise<boolean> {
  return new Promise((resolve) => {
    // ok: FC-TS-0215
    setTimeout(() => resolve(false), 30_000);
    person.ask(question).then(resolve);
  });
}

function isListedAllowed(rules: Record<string, boolean>, action: string) {
  // ruleid: FC-TS-0202
  return rules[action] ?? true;
}

function check(reply: Reply, config: Config) {
  // ruleid: FC-TS-0202
  const verdict = config.default ?? "allow";
  // ruleid: FC-TS-0202
  const permitted = reply.answer || true;
  // ruleid: FC-TS-0202
  const { allowed = true } = reply;
  // ruleid: FC-TS-0202
  if (reply.allowed ?? true) run();
  // ruleid: FC-TS-0202
  if (reply.allowed !== false) run();
  // ok: FC-TS-0202
  if (reply.allowed === true) run();
  // ok: FC-TS-0202
  const colour = config.colour ?? true;
  // ok: FC-TS-0202
  const requiresApproval = config.requiresApproval ?? true;
  // ok: FC-TS-0202
  const { granted = false } = reply;
  return [verdict, permitted, allowed, colour, requiresApproval, granted];
}

function isVendorAllowed(vendor: string, allowedVendors: string[]) {
  // ruleid: FC-TS-0205
  if (allowedVendors.length === 0) return true;
  return allowedVendors.includes(vendor);
}

const mayAct = (action: string, rules?: Rule[]) => {
  // ruleid: FC-TS-0205
  if (!rules) {
    return true;
  }
  return rules.some((rule) => rule.allows(action));
};

function pathAllowed(path: string, allowlist: string[]) {
  // ruleid: FC-TS-0205
  return !allowlist.length || allowlist.includes(path);
}

function hostAllowed(host: string, blockedHosts: string[], allowedHosts: string[]) {
  // Nobody is blocked, and the rest is asked of the list.
  // ok: FC-TS-0205
  if (blockedHosts.length === 0) return true;
  // ok: FC-TS-0205
  if (allowedHosts.length === 0) return false;
  return allowedHosts.includes(host);
}

async function isAllowed(action: string): Promise<boolean> {
  return (await server.ask(action)) === true;
}

async function buy(guard: Guard, vendor: string) {
  // ruleid: FC-TS-0214
  await guard.isAllowed(vendor);
  // ruleid: FC-TS-0214
  guard.hasPermission("buy");
  // ruleid: FC-TS-0214
  void guard.canBuy(vendor);
  // A promise is true, whatever it will be.
  // ruleid: FC-TS-0214
  if (isAllowed("buy")) {
    await bank.charge(vendor);
  }
  // ok: FC-TS-0214
  if (await isAllowed("buy")) {
    await bank.charge(vendor);
  }
  // This one throws.
  // ok: FC-TS-0214
  await guard.requirePermission("buy");
  // ok: FC-TS-0214
  const allowed = await guard.canBuy(vendor);
  // ok: FC-TS-0214
  return allowed && guard.hasPermission("buy");
}

class Shop {
  private async canSell(what: string) {
    return (await server.ask(what)) === true;
  }

  async sell(what: string) {
    // ruleid: FC-TS-0214
    if (!this.canSell(what)) {
      throw new Error("may not be sold");
    }
    // ok: FC-TS-0214
    if (!(await this.canSell(what))) {
      throw new Error("may not be sold");
    }
  }
}

async function isAllowedHere(action: string) {
  // ruleid: FC-TS-0212
  if (process.env.NODE_ENV !== "production") return true;
  return (await server.ask(action)) === true;
}

async function run(action: string) {
  // ruleid: FC-TS-0212
  if (!process.env.SKIP_PERMISSION_CHECK) {
    await server.require(action);
  }
  // ruleid: FC-TS-0212
  if (Deno.env.get("AUTHORIZATION_ENABLED") === "1") {
    await server.require(action);
  }
  // ok: FC-TS-0212
  if (process.env.VERBOSE_PERMISSION_LOG) {
    console.log(action);
  }
}

async function isAllowedOn(action: string) {
  // ok: FC-TS-0212
  if (!process.env.PERMISSION_SERVER) return false;
  return (await server.ask(action)) === true;
}
