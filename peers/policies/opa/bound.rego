# Answers that are bound to their questions: the binding of the input, with an end in seconds since
# 1970.
package shop.bound

import data.shop.authz

now := ceil(time.now_ns() / 1000000000)

decision := {
	"allow": authz.allow,
	"binding": object.union(input.binding, {"expires_at": now + 30}),
}

# One that ended long ago, one to another question, and one to nobody's.
expired := object.union(decision, {"binding": {"expires_at": now - 3600}})

mixed_up := object.union(decision, {"binding": {"request_id": "0000000000000000-1"}})

unbound := {"allow": authz.allow}
