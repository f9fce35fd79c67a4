package schemas

import (
	"runtime/debug"
	"testing"
)

func TestTool(t *testing.T) {
	build := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123"}
	dirty := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "cutpoint (devel)"},
		{build(""), "cutpoint (devel)"},
		{build("(devel)", dirty), "cutpoint (devel)"},
		{build("v1.2.0", revision), "cutpoint v1.2.0"},
		{build("(devel)", revision), "cutpoint (devel) 0123456789ab"},
		{build("", revision, dirty), "cutpoint (devel) 0123456789ab+dirty"},
	} {
		if got := toolOf(c.info); got != c.want {
			t.Errorf("tool %q, want %q", got, c.want)
		}
	}
	if got := Tool(); got != "cutpoint (devel)" {
		t.Errorf("a test's binary calls itself %q; golden files hold its name", got)
	}
}
