package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"edged/capture/capturetest"
)

// TestResultsGoToASerialPort follows two digits on a port that is plugged in late
// and pulled, and a GPIO chip that is not there.
func TestResultsGoToASerialPort(t *testing.T) {
	link := filepath.Join(t.TempDir(), "machine")
	more := fmt.Sprintf("[results]\nsmoothing = \"none\"\nthreshold = 0.0\n"+
		"[[outputs]]\nkind = \"serial\"\npath = %q\nlabels = [\"3\", \"7\"]\n"+
		"[[outputs]]\nkind = \"gpio\"\nchip = \"gpiochip99\"\nline = 17\nhold = \"500ms\"\n", link)
	d := runDaemonConfigured(t, more, stateWith(t, "digits"), camera(t, showLoop))
	outputIs := func(state, output string) func(event) bool {
		return func(e event) bool { return e.Event == "output" && e.State == state && e.Output == output }
	}
	d.until("the GPIO chip's absence", outputIs("absent", "gpio gpiochip99 17"))
	for range 2 {
		far := capturetest.Plug(t, link)
		d.until("the port", outputIs("open", "serial "+link))
		seen := map[string]int{}
		for seen["3"] == 0 || seen["7"] == 0 {
			label, score, ok := strings.Cut(far.Answer(t), " ")
			if value, err := strconv.ParseFloat(score, 32); !ok || err != nil || value <= 0 || value > 1 || label != "3" && label != "7" {
				t.Fatalf("got %q %q", label, score)
			}
			seen[label]++
		}
		status := edged(t, "status", "--state", d.state)
		for _, want := range []string{"serial " + link + ": open, changed", "gpio gpiochip99 17: absent", "there is no GPIO chip", "result"} {
			if !strings.Contains(status.output, want) {
				t.Errorf("the status lacks %q:\n%s", want, status.output)
			}
		}
		far.Unplug(t)
		d.until("the port's absence", outputIs("absent", "serial "+link))
	}
	if words := d.carry("status"); !strings.Contains(words, " fit=idle score=") {
		t.Errorf("got %q", words)
	}
	d.stop()
}

// carry has the daemon carry a line out, as a serial port would.
func (d *running) carry(line string) string {
	d.t.Helper()
	done, err := d.client().Carry(d.t.Context(), line)
	if err != nil {
		d.t.Fatal(err)
	}
	return done
}
