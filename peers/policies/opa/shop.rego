# What the shopper may buy for its user.
package shop.authz

default allow := false

allow if {
	input.action.name == "purchase"
	input.subject.agent == "shopper"
	input.subject.on_behalf_of == "alice"
	input.arguments.amount <= 1000
}

# Mistakes: a rule without a default, and values that are no decision.
undecided if input.arguments.amount <= 1000

reasons contains "within the limit" if allow

verdict := "allow" if allow
