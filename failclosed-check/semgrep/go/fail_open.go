// Package shop is what the rules beside this find (`ruleid`), and what looks like it and is right (`ok`).
package shop

func IsAllowedByServer(ctx context.Context, action string) bool {
	allowed, err := server.Ask(ctx, action)
	if err != nil {
		log.Printf("permission server: %v", err)
		// ruleid: FC-GO-0201
		return true
	}
	return allowed
}

func (g *Gate) MayBuy(vendor string) (bool, error) {
	if err := g.connect(); err != nil {
		// ruleid: FC-GO-0201
		return true, nil
	}
	return g.ask(vendor)
}

func (g *Gate) Decide(request Request) (Decision, error) {
	verdict, err := g.rules.LookUp(request)
	if err != nil {
		// ruleid: FC-GO-0201
		return DecisionAllow, nil
	}
	return verdict, nil
}

func Charge(vendor string, cents int) {
	allowed, err := budget.Permits(vendor, cents)
	if err != nil {
		// ruleid: FC-GO-0201
		allowed = true
	}
	if allowed {
		bank.Charge(vendor, cents)
	}
}

func IsPermitted(action string) (bool, error) {
	allowed, err := server.Ask(action)
	if err != nil {
		// ok: FC-GO-0201
		return false, err
	}
	return allowed, nil
}

func NeedsApproval(action string) bool {
	needed, err := server.NeedsApproval(action)
	if err != nil {
		// A person is asked then.
		// ok: FC-GO-0201
		return true
	}
	return needed
}

func IsAuthorized(action string) bool {
	allowed, err := server.Ask(action)
	if err != nil {
		// Another authority, which can say no.
		// ok: FC-GO-0201
		return cache.IsAllowed(action)
	}
	return allowed
}

func IsApproved(ctx context.Context, question string) bool {
	select {
	case answer := <-person.Ask(question):
		return answer
	// ruleid: FC-GO-0215
	case <-time.After(30 * time.Second): return true
	}
}

func IsApprovedBefore(ctx context.Context, question string) bool {
	select {
	case <-ctx.Done():
		log.Print("nobody answered")
		// ruleid: FC-GO-0215
		return true
	case answer := <-person.Ask(question):
		return answer
	}
}

func Permission(ctx context.Context, question string) (Decision, error) {
	answer, err := server.Ask(ctx, question)
	if errors.Is(err, context.DeadlineExceeded) {
		// ruleid: FC-GO-0215
		return Allow, nil
	}
	return answer, err
}

func IsApprovedInTime(ctx context.Context, question string) bool {
	select {
	case <-ctx.Done():
		// ok: FC-GO-0215
		return false
	case <-person.Yes(question):
		// ok: FC-GO-0215
		return true
	}
}

func IsListedAllowed(rules map[string]bool, action string) bool {
	allowed, ok := rules[action]
	if !ok {
		// ruleid: FC-GO-0202
		return true
	}
	return allowed
}

func MayAct(rules map[string]bool, action string) bool {
	allowed, ok := rules[action]
	// ruleid: FC-GO-0202
	return allowed || !ok
}

func Configure(v *viper.Viper) {
	// ruleid: FC-GO-0202
	v.SetDefault("tools.allowed", true)
	// ok: FC-GO-0202
	v.SetDefault("tools.require_approval", true)
	// ok: FC-GO-0202
	v.SetDefault("colour", true)
}

func IsFoundAllowed(rules map[string]bool, action string) bool {
	allowed, ok := rules[action]
	if !ok {
		// ok: FC-GO-0202
		return false
	}
	return allowed
}

func IsVendorAllowed(vendor string, allowedVendors []string) bool {
	if len(allowedVendors) == 0 {
		// ruleid: FC-GO-0205
		return true
	}
	return slices.Contains(allowedVendors, vendor)
}

func PathAllowed(path string, allowlist []string) bool {
	// ruleid: FC-GO-0205
	return len(allowlist) == 0 || slices.Contains(allowlist, path)
}

func HostAllowed(host string, blockedHosts, allowedHosts []string) bool {
	if len(blockedHosts) == 0 {
		// Nobody is blocked, and the rest is asked of the list.
		// ok: FC-GO-0205
		return true
	}
	if len(allowedHosts) == 0 {
		// ok: FC-GO-0205
		return false
	}
	return slices.Contains(allowedHosts, host)
}

func Buy(guard *Guard, vendor string) error {
	// ruleid: FC-GO-0214
	guard.IsAllowed(vendor)
	// ruleid: FC-GO-0214
	_ = guard.CanBuy(vendor)
	// ruleid: FC-GO-0214
	if _, err := enforcer.Enforce("alice", vendor, "buy"); err != nil {
		return err
	}
	// ruleid: FC-GO-0214
	go guard.HasPermission(vendor)
	// ok: FC-GO-0214
	if !guard.IsAllowed(vendor) {
		return errors.New("not allowed")
	}
	// ok: FC-GO-0214
	allowed, err := enforcer.Enforce("alice", vendor, "buy")
	// This one gives an error.
	// ok: FC-GO-0214
	if err := guard.Require(vendor); err != nil || !allowed {
		return err
	}
	return err
}

func IsAllowedHere(action string) bool {
	if os.Getenv("ENVIRONMENT") != "production" {
		// ruleid: FC-GO-0212
		return true
	}
	return server.Asks(action)
}

func Run(action string) {
	// ruleid: FC-GO-0212
	if os.Getenv("SKIP_PERMISSION_CHECK") == "" {
		server.Require(action)
	}
	// ruleid: FC-GO-0212
	if _, off := os.LookupEnv("POLICY_DISABLED"); !off {
		server.Require(action)
	}
	// ok: FC-GO-0212
	if os.Getenv("VERBOSE_PERMISSION_LOG") != "" {
		log.Print(action)
	}
}

func IsAllowedOn(action string) bool {
	if os.Getenv("PERMISSION_SERVER") == "" {
		// ok: FC-GO-0212
		return false
	}
	return server.Asks(action)
}
