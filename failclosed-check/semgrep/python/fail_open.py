"""What the rules beside this find (`ruleid`), and what looks like it and is right (`ok`)."""
# ruff: noqa
import asyncio
import logging
import os


def is_allowed_by_server(action):
    try:
        return server.ask(action)
    except ConnectionError as error:
        logging.warning("permission server: %s", error)
        # ruleid: FC-PY-0201
        return True


async def may_buy(vendor):
    try:
        return await server.ask(vendor)
    except:
        # ruleid: FC-PY-0201
        return True
    finally:
        server.close()


def decide(request):
    try:
        verdict = rules.look_up(request)
    except KeyError:
        # ruleid: FC-PY-0201
        return Decision.ALLOW
    except OSError:
        # ok: FC-PY-0201
        return Decision.DENY
    else:
        return verdict


async def can_use_tool(name, arguments, context):
    try:
        return await ask_person(name, arguments)
    except Exception:
        # ruleid: FC-PY-0201
        return {"behavior": "allow", "updatedInput": arguments}


def charge(vendor, cents):
    try:
        allowed = budget.permits(vendor, cents)
    except Exception:
        # ruleid: FC-PY-0201
        allowed = True
    if allowed:
        bank.charge(vendor, cents)


def is_permitted(action):
    try:
        return server.ask(action)
    except ConnectionError:
        # ok: FC-PY-0201
        return False


def needs_approval(action):
    try:
        return server.needs_approval(action)
    except ConnectionError:
        # A person is asked then.
        # ok: FC-PY-0201
        return True


def is_reachable(host):
    try:
        return ping(host)
    except OSError:
        # Nobody is permitted anything by this.
        # ok: FC-PY-0201
        return True


def is_authorized(action):
    try:
        return server.ask(action)
    except ConnectionError:
        # Another authority, which can say no.
        # ok: FC-PY-0201
        return self.is_authorized_by_cache(action)


async def is_approved(question):
    try:
        return await asyncio.wait_for(person.answers(question), 30)
    except asyncio.TimeoutError:
        # ruleid: FC-PY-0215, FC-PY-0201
        return True


def permission(question):
    try:
        granted = requests.post(URL, json=question, timeout=2).json()["granted"] is True
    except (requests.Timeout, requests.ConnectionError):
        # ruleid: FC-PY-0215, FC-PY-0201
        granted = True
    return granted


async def is_approved_in_time(question):
    try:
        return await asyncio.wait_for(person.answers(question), 30)
    except asyncio.TimeoutError:
        # ok: FC-PY-0215
        return False


def is_listed_allowed(rules, action):
    # ruleid: FC-PY-0202
    return rules.get(action, True)


def check(reply, config):
    # ruleid: FC-PY-0202
    if not reply.get("allowed", True):
        raise PermissionError("not allowed")
    # ruleid: FC-PY-0202
    verdict = config.get("default", "allow")
    # ruleid: FC-PY-0202
    permitted = getattr(reply, "answer", True)
    # ruleid: FC-PY-0202
    if reply.get("allowed") is not False:
        run()
    # ok: FC-PY-0202
    colour = config.get("colour", True)
    # A setting, and no answer.
    # ok: FC-PY-0202
    allow_redirects = config.get("allow_redirects", True)
    # ok: FC-PY-0202
    if reply.get("allowed", False) is True:
        run()
    # ok: FC-PY-0202
    requires_approval = config.get("requires_approval", True)
    return verdict and permitted and colour and allow_redirects and requires_approval


def is_vendor_allowed(self, vendor):
    # ruleid: FC-PY-0205
    if not self.allowed_vendors:
        return True
    return vendor in self.allowed_vendors


def may_act(action, rules):
    # ruleid: FC-PY-0205
    if len(rules) == 0:
        logging.info("no rules")
        return True
    return any(rule.allows(action) for rule in rules)


def path_allowed(path, allowlist):
    # ruleid: FC-PY-0205
    return not allowlist or path in allowlist


def host_allowed(host, blocked_hosts, allowed_hosts):
    # Nobody is blocked, and the rest is asked of the list.
    # ok: FC-PY-0205
    if not blocked_hosts:
        return True
    # ok: FC-PY-0205
    if not allowed_hosts:
        return False
    return host in allowed_hosts


def rows(filters):
    # Not permission code.
    # ok: FC-PY-0205
    if not filters.list:
        return True
    return filters


async def is_allowed(action):
    return await server.ask(action)


async def buy(guard, person, vendor):
    # ruleid: FC-PY-0214
    await guard.is_allowed(vendor)
    # ruleid: FC-PY-0214
    person.has_permission("buy")
    # ruleid: FC-PY-0214
    _ = guard.can_buy(vendor)
    # ruleid: FC-PY-0214
    enforcer.enforce("alice", vendor, "buy")
    # ruleid: FC-PY-0214
    if not is_allowed("buy"):
        raise PermissionError("buy")
    # ok: FC-PY-0214
    if not await is_allowed("buy"):
        raise PermissionError("buy")
    # This one raises.
    # ok: FC-PY-0214
    require_permission("buy")
    # ok: FC-PY-0214
    allowed = guard.can_buy(vendor)
    # ok: FC-PY-0214
    return allowed and person.has_permission("buy")


def is_allowed_here(action):
    # ruleid: FC-PY-0212
    if os.environ.get("ENVIRONMENT") == "development":
        return True
    return server.ask(action) is True


def run(action):
    # ruleid: FC-PY-0212
    if not os.getenv("SKIP_PERMISSION_CHECK"):
        server.require(action)
    # ruleid: FC-PY-0212
    if os.environ["AUTHORIZATION_ENABLED"] == "1":
        server.require(action)
    # ruleid: FC-PY-0212
    assert has_permission(action), "no permission"
    # ok: FC-PY-0212
    if os.getenv("VERBOSE_PERMISSION_LOG"):
        logging.info("runs %s", action)
    # ok: FC-PY-0212
    if os.getenv("AUTHOR"):
        logging.info("runs %s", action)
    # ok: FC-PY-0212
    assert action


def is_allowed_on(action):
    # ok: FC-PY-0212
    if os.getenv("PERMISSION_SERVER") is None:
        return False
    return server.ask(action) is True
