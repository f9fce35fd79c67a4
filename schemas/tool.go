package schemas

import "runtime/debug"

// Tool names the program and its version as KeyTool holds it: "cutpoint" and the
// version that the Go toolchain stamped into the binary, such as "v1.2.0" or
// "v0.0.0-20261123173124-1f08baa3c9d2+dirty"; "cutpoint (devel)" where there is
// none, as in tests and with go run.
func Tool() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return toolOf(nil)
	}
	return toolOf(info)
}

func toolOf(info *debug.BuildInfo) string {
	const name, unknown = "cutpoint", "(devel)"
	if info == nil {
		return name + " " + unknown
	}
	if v := info.Main.Version; v != "" && v != unknown {
		return name + " " + v
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = " " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if revision == "" {
		return name + " " + unknown
	}
	return name + " " + unknown + revision + dirty
}
