# A deny rule with a builtin that fails: somebody forgot a parenthesis in one of the patterns. Unless
# `strict-builtin-errors` is asked for, the rule is then undefined, and `not` makes it an allow.
package shop.blocked

patterns := ["(coachella"]

blocked if {
	some pattern in patterns
	regex.match(pattern, input.resource.id)
}

default allow := false

allow if not blocked
