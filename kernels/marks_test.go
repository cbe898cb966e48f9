//go:build marks

package kernels

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMain says which assembly functions the tests ran, and fails if one was
// left out that this CPU can run, unless the run was restricted. Its build is
// described in kerneltest/marks.
func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	if status == 0 && flag.Lookup("test.run").Value.String() == "" && !exercised() {
		status = 1
	}
	os.Exit(status)
}

func exercised() bool {
	var ran, missed, foreign []string
	marks(func(name, needs string, done bool) {
		switch {
		case done:
			ran = append(ran, name)
		case slices.ContainsFunc(strings.Fields(needs), func(f string) bool { return !features[f] }):
			foreign = append(foreign, name+" ("+needs+")")
		default:
			missed = append(missed, name)
		}
	})
	slices.Sort(ran)
	fmt.Printf("exercised %d assembly functions: %s\n", len(ran), strings.Join(ran, " "))
	if len(foreign) > 0 {
		fmt.Println("not for this CPU:", strings.Join(foreign, ", "))
	}
	if len(missed) > 0 {
		fmt.Println("FAIL: this CPU has assembly functions that no test exercised:", strings.Join(missed, " "))
	}
	return len(missed) == 0
}
